package match

import (
	"math"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/value"
)

// span is what the bounds of one tracker on one slot come to together: numbers from low on, up to but without high.
type span struct {
	slot      int32
	low, high float64
}

// bounded is the magnitude below which bounds are taken into spans. Numbers beyond it, some of which are no float64,
// are so on the same side of all these bounds, however they are rounded.
const bounded = 1 << 53

// spanOf is the span of a bound; false when it has none.
func spanOf(c *condition.Condition) (s span, ok bool) {
	s = span{low: math.Inf(-1), high: math.Inf(1)}
	operand := c.Operand()
	n := numberOf(&operand)
	if !(-bounded < n && n < bounded) {
		return s, false
	}
	switch c.Op() {
	case condition.OpGe:
		s.low = n
	case condition.OpGt:
		s.low = math.Nextafter(n, math.Inf(1))
	case condition.OpLt:
		s.high = n
	case condition.OpLe:
		s.high = math.Nextafter(n, math.Inf(1))
	default:
		return s, false
	}
	return s, true
}

// numberOf is v as a float64, rounded if need be; NaN for what is no number.
func numberOf(v *value.Value) float64 {
	switch v.Kind() {
	case value.Float:
		return v.Float()
	case value.Int:
		return float64(v.Int())
	}
	return math.NaN()
}

// lower tells whether s has no upper end, upper whether it has no lower one.
func (s *span) lower() bool { return math.IsInf(s.high, 1) }
func (s *span) upper() bool { return math.IsInf(s.low, -1) }
