package decimal

import (
	"math"
	"math/big"
	"math/bits"
)

// QuoRem divides a by b, both greater than 0: quo is the exact quotient rounded down, at most math.MaxInt64, and rem
// the exact remainder, 0 <= rem < b, also when quo is clamped to its maximum. When a or b is not greater than 0, quo is 0
// and rem is a.
//
// The remainder always fits: at the lower of the two exponents, it is smaller than the coefficient that has this exponent.
func (a Decimal) QuoRem(b Decimal) (quo int64, rem Decimal) {
	if a.Sign() <= 0 || b.Sign() <= 0 || a.Cmp(b) < 0 {
		return 0, a
	}
	exp := min(a.exp, b.exp)
	x, okX := a.coefAt(exp)
	y, okY := b.coefAt(exp)
	if !okX || !okY {
		return quoRemBig(a, b, exp)
	}
	return int64(min(x/y, math.MaxInt64)), canonical(false, x%y, int(exp))
}

// coefAt returns a's coefficient at a lower exponent; false when it does not fit 64 bits.
func (a Decimal) coefAt(exp int16) (uint64, bool) {
	shift := int(a.exp) - int(exp)
	if shift >= len(pow10) {
		return 0, false
	}
	hi, lo := bits.Mul64(a.coef, pow10[shift])
	return lo, hi == 0
}

func quoRemBig(a, b Decimal, exp int16) (int64, Decimal) {
	quo, rem := new(big.Int).QuoRem(a.bigCoefAt(exp), b.bigCoefAt(exp), new(big.Int))
	n := int64(math.MaxInt64)
	if quo.IsInt64() {
		n = quo.Int64()
	}
	return n, canonical(false, rem.Uint64(), int(exp))
}

// bigCoefAt returns a's coefficient at a lower exponent, of any size.
func (a Decimal) bigCoefAt(exp int16) *big.Int {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(a.exp-exp)), nil)
	return scale.Mul(scale, new(big.Int).SetUint64(a.coef))
}
