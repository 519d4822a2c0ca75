package decimal

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// maxPlainLength is the length up to which String writes a number without an exponent.
const maxPlainLength = 25

// String returns a in plain decimal notation, exactly; a number whose plain form is longer than 25 characters is written
// like 1.5e+300. Equal numbers have equal text, which is a JSON number.
func (a Decimal) String() string { return string(a.AppendJSON(nil)) }

// AppendJSON appends a to dst as a JSON number, exactly; the form is that of String.
func (a Decimal) AppendJSON(dst []byte) []byte {
	var buf [20]byte
	coef, exp := a.withoutTrailingZeros()
	digits := strconv.AppendUint(buf[:0], coef, 10)
	if a.neg {
		dst = append(dst, '-')
	}
	point := len(digits) + exp
	switch {
	case plainLen(len(digits), exp) > maxPlainLength:
		return appendScientific(dst, digits, point-1)
	case exp >= 0:
		return appendZeros(append(dst, digits...), exp)
	case point <= 0:
		return append(appendZeros(append(dst, "0."...), -point), digits...)
	}
	dst = append(append(dst, digits[:point]...), '.')
	return append(dst, digits[point:]...)
}

// withoutTrailingZeros returns a's magnitude without the trailing zeros that the canonical form of large numbers has.
func (a Decimal) withoutTrailingZeros() (coef uint64, exp int) {
	coef, exp = a.coef, int(a.exp)
	for exp > 0 && coef%10 == 0 {
		coef, exp = coef/10, exp+1
	}
	return coef, exp
}

func plainLen(digits, exp int) int {
	switch {
	case exp >= 0:
		return digits + exp
	case digits+exp > 0:
		return digits + 1
	}
	return 2 - exp
}

func appendScientific(dst, digits []byte, exp int) []byte {
	dst = append(dst, digits[0])
	if len(digits) > 1 {
		dst = append(append(dst, '.'), digits[1:]...)
	}
	dst = append(dst, 'e')
	if exp > 0 {
		dst = append(dst, '+')
	}
	return strconv.AppendInt(dst, int64(exp), 10)
}

func appendZeros(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, '0')
	}
	return dst
}

// Parse reads a numeric string: sign, digits, point and exponent, in the forms of JSON and also "+5", ".5" and "5.",
// with space, tab, CR and LF around it. An integer that fits int64 is exact; any other number is the shortest decimal
// of the nearest float64. It is false for everything else: other characters, no digits, a number out of the range of float64.
func Parse(text string) (Decimal, bool) {
	text = strings.Trim(text, " \t\r\n")
	p, ok := parseLiteral(text)
	if !ok {
		return Decimal{}, false
	}
	if !p.point && !p.hasExp {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return FromInt(n), true
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return Decimal{}, false
	}
	return FromFloat(f)
}

// MarshalJSON returns a as a JSON number, exactly.
func (a Decimal) MarshalJSON() ([]byte, error) { return a.AppendJSON(nil), nil }

// UnmarshalJSON parses a JSON number: exactly when it has at most 19 significant digits, as all output of MarshalJSON
// has, otherwise as the shortest decimal of the nearest float64. Anything else, and a number out of the range of float64,
// is an error; a is then unchanged.
func (a *Decimal) UnmarshalJSON(data []byte) error {
	text := string(data)
	p, ok := parseLiteral(text)
	if !ok || !p.isJSON() {
		return fmt.Errorf("decimal: %.40q is not a JSON number", text)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return fmt.Errorf("decimal: number %.40s is out of range, at most ±%g", text, math.MaxFloat64)
	}
	d, ok := p.decimal()
	if !ok {
		d, _ = FromFloat(f)
	}
	*a = d
	return nil
}
