package rawjson

import "strconv"

// Number is a JSON number: an integer literal that fits int64 as Int, any other as Float.
type Number struct {
	Int   int64
	Float float64
	IsInt bool
}

// ParseNumber reads text that is one JSON number and nothing else; false when it is not one, or not finite as a float64.
func ParseNumber(text string) (Number, bool) {
	s := Scanner{Data: []byte(text)}
	end, integer := s.SkipNumber(0)
	if end != len(text) {
		return Number{}, false
	}
	return parseNumber(text, integer), true
}

// SkipNumber checks the number at i, and reports whether it is an integer literal.
func (s *Scanner) SkipNumber(i int) (end int, integer bool) {
	d := s.Data
	start := i
	if i < len(d) && d[i] == '-' {
		i++
	}
	first := i
	if i = skipDigits(d, i); i == first {
		return s.failNoDigit(start, i), false
	}
	if d[first] == '0' {
		i = first + 1
	}
	integer = true
	if i < len(d) && d[i] == '.' {
		integer = false
		first = i + 1
		if i = skipDigits(d, first); i == first {
			return s.failNoDigit(start, i), false
		}
	}
	if i-start > 300 || i < len(d) && d[i]|0x20 == 'e' {
		return s.finishNumber(start, i, integer)
	}
	return i, integer
}

// failNoDigit records the error of a number from start on that has no digit at i.
func (s *Scanner) failNoDigit(start, i int) int {
	if i == start {
		return s.Fail(i, wantValue)
	}
	return s.Fail(i, "expected a digit")
}

// finishNumber checks the exponent, if any, of a number from start on, and that the number is in the range of float64.
func (s *Scanner) finishNumber(start, i int, integer bool) (int, bool) {
	if s.At(i)|0x20 == 'e' {
		integer = false
		i++
		if c := s.At(i); c == '+' || c == '-' {
			i++
		}
		first := i
		if i = skipDigits(s.Data, first); i == first {
			return s.failNoDigit(start, i), false
		}
	}
	if _, err := strconv.ParseFloat(unsafeString(s.Data[start:i]), 64); err != nil {
		return s.Fail(start, "number is out of the range of float64"), false
	}
	return i, integer
}

func skipDigits(d []byte, i int) int {
	for i < len(d) && d[i]-'0' < 10 {
		i++
	}
	return i
}

// ReadNumber reads the number at i. Plain integers, which are the most common, are read in one pass.
func (s *Scanner) ReadNumber(i int) (n Number, end int) {
	d := s.Data
	end = i
	for end < len(d) && d[end]-'0' < 10 {
		n.Int = n.Int*10 + int64(d[end]-'0')
		end++
	}
	if length := end - i; 0 < length && length < 19 && (d[i] != '0' || length == 1) && !continuesNumber[s.At(end)] {
		n.IsInt = true
		return n, end
	}
	return s.readNumberSlow(i)
}

// continuesNumber has the bytes that continue a number after its integer part.
var continuesNumber = [256]bool{'.': true, 'e': true, 'E': true}

func (s *Scanner) readNumberSlow(i int) (Number, int) {
	end, integer := s.SkipNumber(i)
	if end < 0 {
		return Number{}, -1
	}
	return parseNumber(unsafeString(s.Data[i:end]), integer), end
}

func parseNumber(text string, integer bool) Number {
	if integer {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return Number{Int: n, IsInt: true}
		}
	}
	f, _ := strconv.ParseFloat(text, 64)
	return Number{Float: f}
}
