package engine

import (
	"slices"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// Reply is what Track answers besides the Outcome.
type Reply struct {
	// Version is the group's after the call; of a duplicate, that of the call it repeats.
	Version uint64
	// Duplicate: the id is remembered, and nothing was changed.
	Duplicate bool
}

// Outcome is what a call of Track did to the trackers of its group. The caller owns it. It has memory of its own for
// the trackers of most calls, so that these allocate nothing.
type Outcome struct {
	effect group.Result // its Packed only when they are more than maxInline

	inline [maxInline]states.PackedResult // otherwise they are here
	count  int
}

// maxInline is how many trackers an Outcome has memory for itself.
const maxInline = 40

// adopt makes o that of an effect. It reports whether the memory of e.Packed is o's from now on.
func (o *Outcome) adopt(e *group.Result) bool {
	o.effect, o.count = *e, 0
	switch n := len(e.Packed); {
	case n <= maxInline:
		o.count, o.effect.Packed = copy(o.inline[:], e.Packed), nil
	case cap(e.Packed) > 2*n:
		o.effect.Packed = slices.Clone(e.Packed)
	default:
		return true
	}
	return false
}

// Effect is what the call did. It may look into o.
func (o *Outcome) Effect() group.Result {
	e := o.effect
	if e.Packed == nil {
		e.Packed = o.inline[:o.count]
	}
	return e
}

// Events are the events of the call.
func (o *Outcome) Events() []tracker.Event { return o.effect.Events }

// Failures are the trackers whose custom code failed.
func (o *Outcome) Failures() []group.Failure { return o.effect.Failures }

// Affected is the number of trackers that the call moved, limited or found held back.
func (o *Outcome) Affected() int { return max(o.count, len(o.effect.Packed)) }
