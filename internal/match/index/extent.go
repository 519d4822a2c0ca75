package index

import (
	"math"

	"github.com/dictrack/dictrack/internal/match/predicate"
)

// extent is the smallest range that has all ends of the intervals on a slot. It is the statistic by which the
// selectivity of an interval is estimated.
type extent struct{ low, high float64 }

func (e *extent) widen(iv *predicate.Interval) {
	for _, end := range []float64{iv.Low, iv.High} {
		if !math.IsInf(end, 0) {
			e.low, e.high = min(e.low, end), max(e.high, end)
		}
	}
}

// selectivity estimates the share of values that the interval contains, at most 1.
func (e *extent) selectivity(iv *predicate.Interval) float64 {
	if all := e.high - e.low; all > 0 {
		return (min(iv.High, e.high) - max(iv.Low, e.low)) / all
	}
	return 1
}
