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
	s := NewScanner([]byte(text))
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
	for i < len(s.data) && s.data[i]-'0' < 10 {
		i++
	}
	return i
}

// finite refuses numbers past the range of float64, which only long ones and ones with an exponent can be.
func (s *Scanner) finite(start, end int, doubtful bool) int {
	if doubtful {
		if _, err := strconv.ParseFloat(view(s.data[start:end]), 64); err != nil {
			return s.Fail(start, "number is out of the range of float64")
		}
	}
	return end
}

// NumberAt reads the number between two offsets that Number has checked.
func (s *Scanner) NumberAt(start, end int, integer bool) Number {
	if integer && end-start < 19 {
		return Number{Int: smallInt(s.data[start:end]), IsInt: true}
	}
	return parseNumber(view(s.data[start:end]), integer)
}

// smallInt reads an integer literal of at most 18 bytes.
func smallInt(text []byte) int64 {
	var n int64
	negative := text[0] == '-'
	if negative {
		text = text[1:]
	}
	for _, c := range text {
		n = n*10 + int64(c-'0')
	}
	if negative {
		return -n
	}
	return n
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
