// Package decimal implements the numbers of progress: decimal floating-point numbers of 16 bytes that are exact up to 19
// significant digits.
//
// Sums are exact while they fit 19 digits; larger ones are computed in float64, and rounded to its shortest decimal form.
// No operation fails, and no operation that fits a machine word allocates.
package decimal

import (
	"math"
	"math/bits"
)

// maxCoef is the largest coefficient: 19 digits, which covers every int64.
const maxCoef = 9_999_999_999_999_999_999

// The range of exponents of shortest forms of float64 values and of their sums.
const (
	minExp = -324
	maxExp = 290 // with 19 digits in front of it
)

// maxMagnitude is the shortest form of math.MaxFloat64, 1.7976931348623157e308, in the coefficient's full 19 digits.
const maxMagnitude = 1_797_693_134_862_315_700

// Decimal is a finite decimal number; the zero value is 0. It is an immutable plain value, safe to copy, to share
// and to compare: equal numbers are equal under ==, because the exponent is always the one nearest to zero that
// keeps the number exact.
type Decimal struct {
	coef uint64
	exp  int16
	neg  bool
}

var pow10 = [20]uint64{
	1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
}

// FromInt returns n, exactly.
func FromInt(n int64) Decimal {
	if n < 0 {
		return Decimal{coef: -uint64(n), neg: true}
	}
	return Decimal{coef: uint64(n)}
}

// canonical returns ±coef×10^exp with the exponent as near to zero as it can be, clamped to ±math.MaxFloat64. It
// requires coef <= maxCoef and exp >= minExp.
func canonical(neg bool, coef uint64, exp int) Decimal {
	if coef == 0 {
		return Decimal{}
	}
	for exp < 0 && coef%10 == 0 {
		coef, exp = coef/10, exp+1
	}
	for exp > 0 && coef <= maxCoef/10 {
		coef, exp = coef*10, exp-1
	}
	if exp > maxExp || exp == maxExp && coef > maxMagnitude {
		coef, exp = maxMagnitude, maxExp
	}
	return Decimal{coef: coef, exp: int16(exp), neg: neg}
}

// Add returns a+b: exact when the sum fits 19 significant digits, otherwise the sum of both as float64, in its shortest
// decimal form and clamped to ±math.MaxFloat64.
func (a Decimal) Add(b Decimal) Decimal {
	if a.exp|b.exp == 0 && a.neg == b.neg {
		if sum := a.coef + b.coef; sum >= a.coef && sum <= maxCoef {
			return Decimal{coef: sum, neg: a.neg}
		}
	}
	return add(a, b)
}

// Sub returns a-b, with the rules of Add.
func (a Decimal) Sub(b Decimal) Decimal {
	b.neg = !b.neg && b.coef != 0
	return a.Add(b)
}

// add aligns both to the lower exponent in 128 bits. If the exponents differ by more than 19, the sum cannot be exact:
// in canonical form the last digit of the lower operand is not 0, and would be a digit of the sum.
func add(a, b Decimal) Decimal {
	if a.coef == 0 {
		return b
	}
	if b.coef == 0 {
		return a
	}
	if a.exp < b.exp {
		a, b = b, a
	}
	shift := int(a.exp) - int(b.exp)
	if shift >= len(pow10) {
		return addFloats(a, b)
	}
	hi, lo := bits.Mul64(a.coef, pow10[shift])
	neg := a.neg
	hi, lo, neg = addSigned(hi, lo, neg, b)
	coef, exp, ok := trimZeros(hi, lo, int(b.exp))
	if !ok {
		return addFloats(a, b)
	}
	return canonical(neg, coef, exp)
}

// addSigned adds b's signed coefficient to the signed 128-bit magnitude hi:lo.
func addSigned(hi, lo uint64, neg bool, b Decimal) (uint64, uint64, bool) {
	if neg == b.neg {
		sum, carry := bits.Add64(lo, b.coef, 0)
		return hi + carry, sum, neg
	}
	if hi == 0 && lo < b.coef {
		return 0, b.coef - lo, b.neg
	}
	diff, borrow := bits.Sub64(lo, b.coef, 0)
	return hi - borrow, diff, neg
}

// trimZeros drops trailing zeros until hi:lo fits a coefficient, and reports whether it does.
func trimZeros(hi, lo uint64, exp int) (uint64, int, bool) {
	for hi > 0 || lo > maxCoef {
		var digit uint64
		top := hi / 10
		lo, digit = bits.Div64(hi%10, lo, 10)
		if digit != 0 {
			return 0, 0, false
		}
		hi, exp = top, exp+1
	}
	return lo, exp, true
}

func addFloats(a, b Decimal) Decimal {
	return clampFloat(a.Float64() + b.Float64())
}

// clampFloat returns the shortest form of f, which is not NaN; an infinity becomes the largest finite value of its sign.
func clampFloat(f float64) Decimal {
	d, _ := FromFloat(max(-math.MaxFloat64, min(f, math.MaxFloat64)))
	return d
}

// Cmp returns -1, 0 or +1 when a is less than, equal to or greater than b.
func (a Decimal) Cmp(b Decimal) int {
	if a == b {
		return 0
	}
	if sa, sb := a.Sign(), b.Sign(); sa != sb {
		if sa < sb {
			return -1
		}
		return 1
	}
	if a.neg {
		return b.cmpMagnitude(a)
	}
	return a.cmpMagnitude(b)
}

// cmpMagnitude compares |a| and |b|, both not zero and not equal.
func (a Decimal) cmpMagnitude(b Decimal) int {
	if a.exp < b.exp {
		return -b.cmpMagnitude(a)
	}
	shift := int(a.exp) - int(b.exp)
	if shift >= len(pow10) {
		return 1
	}
	if hi, lo := bits.Mul64(a.coef, pow10[shift]); hi == 0 && lo < b.coef {
		return -1
	}
	return 1
}

// Sign returns -1, 0 or +1 when a is negative, zero or positive.
func (a Decimal) Sign() int {
	switch {
	case a.coef == 0:
		return 0
	case a.neg:
		return -1
	}
	return 1
}

// IsZero reports whether a is 0.
func (a Decimal) IsZero() bool { return a.coef == 0 }
