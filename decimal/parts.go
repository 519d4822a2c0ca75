package decimal

// Parts returns the parts of a = ±coef×10^exp, which is negative if neg is true.
func (a Decimal) Parts() (coef uint64, exp int16, neg bool) { return a.coef, a.exp, a.neg }

// FromParts returns the number whose Parts these are. For other arguments the result is unspecified.
func FromParts(coef uint64, exp int16, neg bool) Decimal {
	if exp == 0 && coef <= maxCoef {
		return Decimal{coef: coef, neg: neg && coef != 0}
	}
	return canonical(neg, min(coef, maxCoef), max(int(exp), minExp))
}
