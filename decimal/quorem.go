package decimal

import (
	"math"
	"math/big"
	"math/bits"
)

// QuoRem divides a by b, both greater than 0: quo is the exact quotient rounded down, at most math.MaxInt64, and rem
// the exact remainder, 0 <= rem < b, also where quo was held at its bound. A remainder that does not fit 19 digits is
// the shortest decimal of the nearest float64 that keeps it below b. When a or b is not greater than 0, quo is 0 and
// rem is a.
func (a Decimal) QuoRem(b Decimal) (quo int64, rem Decimal) {
	if a.Sign() <= 0 || b.Sign() <= 0 || a.Cmp(b) < 0 {
		return 0, a
	}
	exp := min(a.exp, b.exp)
	x, okX := a.scaled(exp)
	y, okY := b.scaled(exp)
	if !okX || !okY || y > maxCoef {
		return quoRemBig(a, b, int(exp))
	}
	return int64(min(x/y, math.MaxInt64)), canonical(false, x%y, int(exp))
}

// scaled is a's coefficient at a lower exponent; false when it does not fit 64 bits.
func (a Decimal) scaled(exp int16) (uint64, bool) {
	shift := int(a.exp) - int(exp)
	if shift >= len(pow10) {
		return 0, false
	}
	hi, lo := bits.Mul64(a.coef, pow10[shift])
	return lo, hi == 0
}

func quoRemBig(a, b Decimal, exp int) (int64, Decimal) {
	quo, rem := new(big.Int).QuoRem(a.bigAt(exp), b.bigAt(exp), new(big.Int))
	n := int64(math.MaxInt64)
	if quo.IsInt64() {
		n = quo.Int64()
	}
	if d, ok := exactBig(rem, exp); ok {
		return n, d
	}
	return n, nearestBelow(b, rem, exp)
}

// bigAt is a's coefficient at the lower exponent exp.
func (a Decimal) bigAt(exp int) *big.Int {
	scaled := tenTo(int(a.exp) - exp)
	return scaled.Mul(scaled, new(big.Int).SetUint64(a.coef))
}

func tenTo(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// exactBig is n×10^exp; false when it does not fit 19 digits.
func exactBig(n *big.Int, exp int) (Decimal, bool) {
	ten, digit := big.NewInt(10), new(big.Int)
	for !n.IsUint64() || n.Uint64() > maxCoef {
		n, digit = new(big.Int).QuoRem(n, ten, digit)
		if digit.Sign() != 0 {
			return Decimal{}, false
		}
		exp++
	}
	return canonical(false, n.Uint64(), exp), true
}

// nearestBelow is the float64 nearest to n×10^exp, which is less than b and has a fraction, so that exp < 0.
func nearestBelow(b Decimal, n *big.Int, exp int) Decimal {
	f, _ := new(big.Rat).SetFrac(n, tenTo(-exp)).Float64()
	if d := clampFloat(f); d.Cmp(b) < 0 {
		return d
	}
	return clampFloat(math.Nextafter(f, 0))
}
