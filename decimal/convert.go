package decimal

import (
	"math"
	"strconv"
)

// maxExactInt is the bound below which float64 represents every integer exactly.
const maxExactInt = 1 << 53

var floatPow10 = [23]float64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// FromFloat returns the shortest decimal that parses as f (0.1 is one tenth); false for NaN and infinities.
func FromFloat(f float64) (Decimal, bool) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Decimal{}, false
	}
	if math.Abs(f) < maxExactInt && f == math.Trunc(f) {
		return FromInt(int64(f)), true
	}
	if d, ok := fromShortFraction(f); ok {
		return d, true
	}
	var buf [32]byte
	return fromScientific(strconv.AppendFloat(buf[:0], f, 'e', -1, 64)), true
}

// fromShortFraction finds forms of at most 15 digits, four of them fractional. Decimals of 15 digits stay distinct as
// float64, so one that parses as f is the only one, and the shortest.
func fromShortFraction(f float64) (Decimal, bool) {
	abs := math.Abs(f)
	for fraction := 1; fraction <= 4; fraction++ {
		coef := math.Round(abs * floatPow10[fraction])
		if coef >= 1e15 {
			break
		}
		if coef/floatPow10[fraction] == abs {
			return canonical(f < 0, uint64(coef), -fraction), true
		}
	}
	return Decimal{}, false
}

// fromScientific parses the output of strconv in format 'e': -d.ddde±dd.
func fromScientific(text []byte) Decimal {
	var coef uint64
	point, exp := 0, 0
	neg := text[0] == '-'
	for i, c := range text {
		switch {
		case c == '.':
			point = i + 1
		case c == 'e':
			exp, _ = strconv.Atoi(string(text[i+1:]))
			if point > 0 {
				exp -= i - point
			}
			return canonical(neg, coef, exp)
		case c != '-':
			coef = coef*10 + uint64(c-'0')
		}
	}
	return Decimal{}
}

// Float64 returns the float64 nearest to a, ties to even. It is always finite.
func (a Decimal) Float64() float64 {
	f := float64(a.coef)
	switch {
	case a.exp == 0:
	case a.coef > maxExactInt || a.exp < -22 || a.exp > 22:
		f, _ = strconv.ParseFloat(Decimal{coef: a.coef, exp: a.exp}.String(), 64)
	case a.exp < 0:
		f /= floatPow10[-a.exp]
	default:
		f *= floatPow10[a.exp]
	}
	if a.neg {
		return -f
	}
	return f
}

// Int64 returns a as an int64; false when a has a fraction or is out of range.
func (a Decimal) Int64() (int64, bool) {
	switch {
	case a.exp != 0:
		return 0, false
	case a.neg:
		return -int64(a.coef), a.coef <= 1<<63
	}
	return int64(a.coef), a.coef < 1<<63
}
