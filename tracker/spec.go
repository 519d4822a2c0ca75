package tracker

import (
	"slices"
	"time"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/limiter"
)

// Spec describes a tracker; New makes its Definition. Only Name, Kind and Targets are required, and Key for a sum.
type Spec struct {
	// Name is unique in a group; any text but "" and text with a NUL.
	Name string
	// Kind is "count", "sum" or a registered kind.
	Kind string
	// Key is the path of the number that a sum adds.
	Key string
	// Args are the arguments of a registered kind: any value with a JSON form.
	Args any
	// Where must all hold; none: every data matches.
	Where []condition.Condition
	// Targets are the stages' targets, at least one.
	Targets []decimal.Decimal
	// Limiters hold the tracker back.
	Limiters []limiter.Limiter
	// Reset is what a completed stage, or a reset by hand, resets. Defaults to ResetLimiter.
	Reset Policy
	// Loop starts again at stage 1 after the last; needs targets above 0.
	Loop bool
	// Carry takes what was above the target along where progress starts again.
	Carry bool
	// Keep leaves the completed tracker in its group, to be looked at or reset.
	Keep bool
	// Initial is where progress starts.
	Initial decimal.Decimal
	// Expire removes the tracker that long after it was added; 0: never. At most one of Expire and
	// ExpireAt.
	Expire time.Duration
	// ExpireAt removes the tracker at that time; zero: never.
	ExpireAt time.Time
	// Err is a mistake found while the Spec was put together; New returns it.
	Err error
}

// clone copies the slices, and brings numbers and times to what a stored definition would say.
func (s Spec) clone() Spec {
	s.Where = slices.Clone(s.Where)
	s.Limiters = slices.Clone(s.Limiters)
	s.Targets = slices.Clone(s.Targets)
	for i, t := range s.Targets {
		s.Targets[i] = storedNumber(t)
	}
	s.Initial = storedNumber(s.Initial)
	s.Reset = s.Reset.or(ResetLimiter)
	if !s.ExpireAt.IsZero() {
		s.ExpireAt = s.ExpireAt.UTC().Truncate(time.Millisecond)
	}
	return s
}

// cycleSize returns the progress that a whole cycle of a loop with carry needs, and how much of it the cycle uses up.
func (s *Spec) cycleSize() (needs, takes decimal.Decimal) {
	if !s.Reset.Has(ResetProgress) {
		return slices.MaxFunc(s.Targets, decimal.Decimal.Cmp), s.Targets[len(s.Targets)-1]
	}
	for _, t := range s.Targets {
		takes = takes.Add(t)
	}
	return takes, takes
}
