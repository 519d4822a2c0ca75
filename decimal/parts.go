package decimal

// Parts takes a apart: it is ±coef×10^exp, negative when neg says so.
func (a Decimal) Parts() (coef uint64, exp int16, neg bool) { return a.coef, a.exp, a.neg }

// FromParts puts a number together again. It is for what Parts returned; of anything else it makes some number.
func FromParts(coef uint64, exp int16, neg bool) Decimal {
	if exp == 0 && coef <= maxCoef {
		return Decimal{coef: coef, neg: neg && coef != 0}
	}
	return canonical(neg, min(coef, maxCoef), max(int(exp), minExp))
}
