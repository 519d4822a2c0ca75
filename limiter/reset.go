package limiter

import (
	"time"

	"github.com/dictrack/dictrack/field"
)

// Reset is what a reset by hand gives the limiters. The zero Reset gives them nothing.
type Reset struct {
	// Limit is a new limit for count limiters, which stays from then on.
	Limit OptionalLimit
	// Duration is a new length for windows, in whole seconds; 0 leaves the length as it is.
	Duration time.Duration
	// Args are passed to every custom limiter of the tracker.
	Args any
}

// OptionalLimit is a limit or, as its zero value, none. See NewLimit.
type OptionalLimit struct {
	n   int64
	set bool
}

// NewLimit is a limit of n steps; 0 limits a tracker at once.
func NewLimit(n int64) OptionalLimit { return OptionalLimit{n, true} }

// Get returns the limit; ok is false when there is none.
func (l OptionalLimit) Get() (n int64, ok bool) { return l.n, l.set }

// Check returns a *field.Error for a negative limit or a duration that is not of whole seconds.
func (r *Reset) Check() error {
	if r.Limit.n < 0 {
		return &field.Error{Path: "limit", Value: r.Limit.n, Want: "want a whole number of at least 0"}
	}
	if r.Duration != 0 {
		if _, err := wholeSeconds(r.Duration); err != nil {
			return &field.Error{Path: "duration", Value: r.Duration.String(), Want: err.Error()}
		}
	}
	return nil
}
