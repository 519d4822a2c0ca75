package predicate

import (
	"math"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/value"
)

// Interval is the intersection of a tracker's bounds on the number at a slot: the half-open interval [Low, High).
type Interval struct {
	Slot      int32
	Low, High float64
}

// maxExact is the magnitude below which bounds become intervals. Numbers beyond it, some of which are no float64, are
// on the same side of all these bounds however they are rounded.
const maxExact = 1 << 53

// intervalOf returns the interval of a range of values; false when one of its bounds is no number, or too large.
func intervalOf(low, high condition.Bound) (iv Interval, ok bool) {
	iv = Interval{Low: math.Inf(-1), High: math.Inf(1)}
	if low.Value.Present() {
		n := NumberOf(&low.Value)
		if !isExact(n) {
			return iv, false
		}
		if iv.Low = n; !low.Inclusive {
			iv.Low = nextFloat(n)
		}
	}
	if high.Value.Present() {
		n := NumberOf(&high.Value)
		if !isExact(n) {
			return iv, false
		}
		if iv.High = n; high.Inclusive {
			iv.High = nextFloat(n)
		}
	}
	return iv, true
}

func isExact(n float64) bool { return -maxExact < n && n < maxExact }

func nextFloat(n float64) float64 { return math.Nextafter(n, math.Inf(1)) }

// NumberOf returns v as a float64, rounded if need be; NaN for what is no number.
func NumberOf(v *value.Value) float64 {
	switch v.Kind() {
	case value.Float:
		return v.Float()
	case value.Int:
		return float64(v.Int())
	}
	return math.NaN()
}

// HasLow reports whether the interval has a lower end.
func (iv *Interval) HasLow() bool { return !math.IsInf(iv.Low, -1) }

// HasHigh reports whether the interval has an upper end.
func (iv *Interval) HasHigh() bool { return !math.IsInf(iv.High, 1) }

// Contains reports whether n is in the interval; NaN is in none.
func (iv *Interval) Contains(n float64) bool { return iv.Low <= n && n < iv.High }
