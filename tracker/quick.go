package tracker

import (
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/value"
)

// Quick is the little of a Definition that most steps need, to be kept side by side with those of a
// group's other trackers.
type Quick struct {
	target decimal.Decimal
	kind   quickKind
	// Slot is for the owner's use: where it finds the number of a sum.
	Slot int32
}

type quickKind uint8

const (
	notQuick quickKind = iota // the definition has limiters or a registered kind
	quickCount
	quickSum
)

// Quick returns the quick form of d.
func (d *Definition) Quick() Quick {
	q := Quick{target: d.first}
	switch {
	case d.limited || d.kind != nil:
	case d.count:
		q.kind = quickCount
	default:
		q.kind = quickSum
	}
	return q
}

// Sum tells whether Step needs an amount.
func (q *Quick) Sum() bool { return q.kind == quickSum }

// Step moves a tracker in place, if all that changes is its progress: the same as Definition.Step with
// the outcome Changed and no events. When there is more to it, or nothing changes, it leaves s alone and
// returns false.
func (q *Quick) Step(s *State, amount *value.Value) bool {
	if q.kind == notQuick || s.Completed || s.Limited || s.Removed || s.Stage != 1 {
		return false
	}
	step := one
	if q.kind == quickSum {
		var ok bool
		if step, ok = amount.Decimal(); !ok {
			return false
		}
	}
	next := s.Progress.Add(step)
	if next.Cmp(q.target) >= 0 {
		return false
	}
	s.Progress = next
	return true
}
