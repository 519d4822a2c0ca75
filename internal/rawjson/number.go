package rawjson

import "strconv"

// Number is a JSON number: an integer literal that fits int64 as Int, any other as Float.
type Number struct {
	Int   int64
	Float float64
	IsInt bool
}

// ParseNumber reads text that is one JSON number and nothing else; false when it is none, or not finite.
func ParseNumber(text string) (Number, bool) {
	s := Scanner{Data: []byte(text)}
	end, integer := s.Number(0)
	if end != len(text) {
		return Number{}, false
	}
	return parseNumber(text, integer), true
}

// Number checks the number at i, and says whether it is an integer literal.
func (s *Scanner) Number(i int) (end int, integer bool) {
	start := i
	if s.At(i) == '-' {
		i++
	}
	switch c := s.At(i); {
	case c == '0':
		i++
	case c-'1' < 9:
		i = s.digits(i)
	case i == start:
		return s.Fail(i, wantValue), false
	default:
		return s.Fail(i, wantDigit), false
	}
	if c := s.At(i); c != '.' && c|0x20 != 'e' {
		return s.finite(start, i, i-start > 300), true
	}
	return s.fraction(start, i), false
}

const wantDigit = "expected a digit"

// fraction goes on after the whole part of a number.
func (s *Scanner) fraction(start, i int) int {
	if s.At(i) == '.' {
		first := i + 1
		if i = s.digits(first); i == first {
			return s.Fail(i, wantDigit)
		}
	}
	if s.At(i)|0x20 != 'e' {
		return s.finite(start, i, i-start > 300)
	}
	i++
	if c := s.At(i); c == '+' || c == '-' {
		i++
	}
	first := i
	if i = s.digits(first); i == first {
		return s.Fail(i, wantDigit)
	}
	return s.finite(start, i, true)
}

func (s *Scanner) digits(i int) int {
	for i < len(s.Data) && s.Data[i]-'0' < 10 {
		i++
	}
	return i
}

// finite refuses numbers past the range of float64, which only long ones and ones with an exponent can be.
func (s *Scanner) finite(start, end int, doubtful bool) int {
	if doubtful {
		if _, err := strconv.ParseFloat(view(s.Data[start:end]), 64); err != nil {
			return s.Fail(start, "number is out of the range of float64")
		}
	}
	return end
}

// ReadNumber reads the number at i. Plain integers, which are most, take one look at each digit.
func (s *Scanner) ReadNumber(i int) (n Number, end int) {
	d := s.Data
	end = i
	for end < len(d) && d[end]-'0' < 10 {
		n.Int = n.Int*10 + int64(d[end]-'0')
		end++
	}
	if length := end - i; 0 < length && length < 19 && (d[i] != '0' || length == 1) && !goesOn[s.At(end)] {
		n.IsInt = true
		return n, end
	}
	return s.readNumber(i)
}

// goesOn marks what goes on with a number after its whole part.
var goesOn = [256]bool{'.': true, 'e': true, 'E': true}

func (s *Scanner) readNumber(i int) (Number, int) {
	end, integer := s.Number(i)
	if end < 0 {
		return Number{}, -1
	}
	return parseNumber(view(s.Data[i:end]), integer), end
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
