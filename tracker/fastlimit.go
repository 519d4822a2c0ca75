package tracker

import "math"

// MaxFastLimit is the highest limit that FastLimit returns.
const MaxFastLimit = 1 << 40

// Fast is how steps of the definition's kind can be taken without Step, below FastLimit.
func (d *Definition) Fast() FastRule { return d.kind.Fast() }

// FastLimit is the limit below which a whole progress in stage 1 may be added to in place: a step that stays below it
// changes the progress and nothing else. It is 0 when Step must decide each time, as with limiters and custom kinds.
func (d *Definition) FastLimit() uint64 {
	if d.limited || d.Fast() == FastNone || d.first.Sign() <= 0 {
		return 0
	}
	coef, exp, _ := d.first.Parts()
	if exp >= 0 { // above 0 it is beyond any limit
		return min(coef, MaxFastLimit)
	}
	// The float may be below a target of many digits, and Step then takes a step that could have been fast. It is never
	// above where that would matter, since whole numbers up to MaxFastLimit are exact floats.
	return uint64(math.Ceil(min(d.first.Float64(), MaxFastLimit)))
}
