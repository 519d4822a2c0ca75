package tracker

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/limiter"
)

// ErrCompleted says that a change by hand met a tracker that is completed; reset it first.
var ErrCompleted = errors.New("the tracker is completed; reset it first")

// ResetOptions is what a reset by hand asks for.
type ResetOptions struct {
	// Policy replaces the tracker's own; nil: its own.
	Policy *Policy
	// Reset is for the limiters; without ResetLimiter in the policy it is checked and has no effect.
	limiter.Reset
}

// Reset resets a tracker by hand at now, and revives a completed one. The error is a *field.Error,
// or a custom limiter's.
func (d *Definition) Reset(s State, by ResetOptions, now int64, events []Event) (State, []Event, error) {
	policy := d.spec.Reset
	if by.Policy != nil {
		policy = *by.Policy
	}
	if !policy.Valid() {
		return s, events, &field.Error{Path: "policy", Value: uint8(policy), Want: "want flags of none, progress, limiter and stage"}
	}
	if err := by.Check(); err != nil {
		return s, events, err
	}
	next := s
	next.Completed = false
	if policy.Has(ResetProgress) {
		next.Progress = decimal.Decimal{}
		next = next.withPrivateState(nil)
	}
	if policy.Has(ResetStage) {
		next.Stage, next.Cycle = 1, 1
	}
	if policy.Has(ResetLimiter) {
		var err error
		if next, err = d.resetLimiters(next, by.Reset, limiter.Call{Now: now}); err != nil {
			return s, events, err
		}
	}
	return next, append(events, Event{Kind: EventReset, Definition: d, State: next}), nil
}

// resetLimiters resets every limiter, even when an earlier one stays limited.
func (d *Definition) resetLimiters(s State, r limiter.Reset, c limiter.Call) (State, error) {
	s.Limited = false
	if len(d.spec.Limiters) == 0 {
		return s, nil
	}
	limits := slices.Clone(s.Extra.Limits)
	for i := range limits {
		next, limited, err := d.spec.Limiters[i].Reset(limits[i], r, c)
		if err != nil {
			return s, limiterError(i, err)
		}
		limits[i], s.Limited = next, s.Limited || limited
	}
	return s.withLimits(limits), nil
}

// limiterError says which limiter an error is about.
func limiterError(i int, err error) error {
	var errs field.Errors
	if unknown := mergeFieldErrors(&errs, field.Index("limiters", i), err); unknown != nil {
		return fmt.Errorf("%s: %w", field.Index("limiters", i), unknown)
	}
	return errs.Err()
}

// SetProgress sets progress by hand at now and completes at once the stages whose targets it reaches.
func (d *Definition) SetProgress(s State, p decimal.Decimal, now int64, events []Event) (State, []Event, error) {
	if s.Completed {
		return s, events, ErrCompleted
	}
	s.Progress = p
	s, _, events = d.completeStages(s, limiter.Call{Now: now}, events)
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
