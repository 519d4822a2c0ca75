package tracker

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/limiter"
)

// ErrCompleted says that a change by hand met a tracker that is completed; reset it first.
var ErrCompleted = errors.New("the tracker is completed; reset it first")

// ResetOptions is what a reset by hand asks for. The zero ResetOptions resets by the tracker's own policy.
type ResetOptions struct {
	// Policy replaces the tracker's own; ResetDefault is its own.
	Policy Policy
	// Limit is a new limit for count limiters, which stays from then on; see limiter.NewLimit. This and the next two
	// have no effect when the policy does not include ResetLimiter.
	Limit limiter.OptionalLimit
	// Duration is a new length for windows, in whole seconds; 0 leaves it as it is.
	Duration time.Duration
	// Args are passed to every custom limiter.
	Args any
}

// Check returns a *field.Error for options that no tracker allows.
func (o *ResetOptions) Check() error {
	if !o.Policy.Valid() {
		return &field.Error{Path: "policy", Value: uint8(o.Policy), Want: "want flags of none, progress, limiter and stage"}
	}
	limits := o.limiters()
	return limits.Check()
}

// limiters is what the limiters get.
func (o *ResetOptions) limiters() limiter.Reset {
	return limiter.Reset{Limit: o.Limit, Duration: o.Duration, Args: o.Args}
}

// Reset resets a tracker by hand at now, and revives a completed one. The error is a *field.Error, or that of a
// custom limiter.
func (d *Definition) Reset(s State, o ResetOptions, now int64, events []Event) (State, []Event, error) {
	if err := o.Check(); err != nil {
		return s, events, err
	}
	policy := o.Policy.or(d.spec.Reset)
	next := s
	next.Completed = false
	if policy.Has(ResetProgress) {
		next.Progress = decimal.Decimal{}
		next = next.withPrivateState(d.kind.Reset(now))
	}
	if policy.Has(ResetStage) {
		next.Stage, next.Cycle = 1, 1
	}
	if policy.Has(ResetLimiter) {
		var err error
		if next, err = d.resetLimiters(next, o.limiters(), now); err != nil {
			return s, events, err
		}
	}
	return next, append(events, Event{Kind: EventReset, Definition: d, State: next}), nil
}

// resetLimiters resets every limiter, even when an earlier one stays limited.
func (d *Definition) resetLimiters(s State, r limiter.Reset, now int64) (State, error) {
	s.Limited = false
	if len(d.spec.Limiters) == 0 {
		return s, nil
	}
	in, limits := d.limiterInput(&s, now, nil), slices.Clone(s.Extra.Limits)
	for i := range limits {
		next, limited, err := d.spec.Limiters[i].Reset(limits[i], r, in)
		if err != nil {
			return s, limiterError(i, err)
		}
		limits[i], s.Limited = next, s.Limited || limited
	}
	return s.withLimits(limits), nil
}

// SetProgress sets progress by hand at now and completes at once the stages whose targets it reaches.
func (d *Definition) SetProgress(s State, p decimal.Decimal, now int64, events []Event) (State, []Event, error) {
	if s.Completed {
		return s, events, ErrCompleted
	}
	s.Progress = p
	s, _, events = d.completeStages(s, now, nil, events)
	return s, events, nil
}

// WithSpec returns the definition with a changed spec, for a tracker that lives on in state s. What s
// depends on must stay: the name, the kind, the limiters, and the stages it has been through. The error
// is ErrCompleted, field.Errors, or an UnknownKindError.
func (d *Definition) WithSpec(s State, r *Registry, change func(*Spec)) (*Definition, error) {
	if s.Completed {
		return nil, ErrCompleted
	}
	spec := d.Spec()
	change(&spec)
	next, err := New(spec, r)
	if err != nil {
		return nil, err
	}
	if err := d.checkContinues(s, next); err != nil {
		return nil, err
	}
	return next, nil
}

// checkContinues refuses a definition that state s, of d, cannot go on with.
func (d *Definition) checkContinues(s State, next *Definition) error {
	var errs field.Errors
	if next.Name() != d.Name() {
		errs.Add("name", next.Name(), "the name of a living tracker stays "+d.Name())
	}
	if next.Kind() != d.Kind() {
		errs.Add("kind", next.Kind(), "the kind of a living tracker stays "+d.Kind())
	}
	if int(s.Stage) > len(next.targets) {
		errs.Add("targets", jsonNumbers(next.targets), fmt.Sprintf("the tracker is in stage %d", s.Stage))
	}
	if !slices.EqualFunc(d.spec.Limiters, next.spec.Limiters, func(a, b limiter.Limiter) bool { return a.ID() == b.ID() }) {
		errs.Add("limiters", nil, "the limiters of a living tracker stay")
	}
	return errs.Err()
}
