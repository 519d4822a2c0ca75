package tracker

import "math"

// MaxQuick is the highest limit that Quick answers.
const MaxQuick = 1 << 40

// Quick is the limit below which whole progress in the first stage just adds up: a step that stays below it changes the
// progress and nothing else. It is 0 when there may always be more to a step, as with limiters and registered kinds.
func (d *Definition) Quick() uint64 {
	if d.limited || d.kind != nil || d.first.Sign() <= 0 {
		return 0
	}
	coef, exp, _ := d.first.Parts()
	if exp >= 0 { // above 0 it is beyond any limit
		return min(coef, MaxQuick)
	}
	// The float may be less than a target of many digits, and Step then does what Advance could have done; more it is not
	// where it counts, since whole numbers up to MaxQuick are floats.
	return uint64(math.Ceil(min(d.first.Float64(), MaxQuick)))
}
