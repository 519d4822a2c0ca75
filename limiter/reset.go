package limiter

import (
	"time"

	"github.com/dictrack/dictrack/field"
)

// Reset is what a manual reset of the limiters may bring along. The zero Reset brings nothing.
type Reset struct {
	// Limit is a new limit for count limiters, which stays from then on; 0 limits at once.
	Limit *int64
	// Duration is a new length for windows, in whole seconds; 0 keeps the length.
	Duration time.Duration
	// Args go to every custom limiter of the tracker.
	Args any
}

// Check returns a *field.Error for a negative limit or a duration that is not of whole seconds.
func (r *Reset) Check() error {
	if r.Limit != nil && *r.Limit < 0 {
		return &field.Error{Path: "limit", Value: *r.Limit, Want: "want a whole number of at least 0"}
	}
	if r.Duration != 0 {
		if _, err := wholeSeconds(r.Duration); err != nil {
			return &field.Error{Path: "duration", Value: r.Duration.String(), Want: err.Error()}
		}
	}
	return nil
}

// Reset starts the limiter again by hand at c.Now; r must have passed Check. limited tells that it
// still holds its tracker back. The error is a custom rule's.
func (l *Limiter) Reset(s State, r Reset, c Call) (next State, limited bool, err error) {
	switch l.kind {
	case KindCount:
		if r.Limit != nil {
			s.Limit = *r.Limit
		}
		s.Left = s.Limit
		return s, s.Left <= 0, nil
	case KindTime:
		return restartWindow(s, c.Seconds(), int64(r.Duration/time.Second)), false, nil
	}
	s.PrivateState, limited, err = l.rule.Reset(s.PrivateState, r.Args, c)
	return s, limited, err
}

// StageDone starts the limiter again because a stage was completed under a policy that says so. A
// window given by its end stays where it is.
func (l *Limiter) StageDone(s State, c Call) (next State, limited bool) {
	switch l.kind {
	case KindCount:
		s.Left = s.Limit
		return s, s.Left <= 0
	case KindTime:
		if l.hasEnd {
			return s, windowVerdict(s, c.Seconds()) == Stop
		}
		return restartWindow(s, c.Seconds(), 0), false
	}
	s.PrivateState, limited = l.rule.StageDone(s.PrivateState, c)
	return s, limited
}
