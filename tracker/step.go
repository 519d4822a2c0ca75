package tracker

import (
	"slices"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/value"
)

// Input is data that met all conditions of a tracker.
type Input struct {
	// Amount is what stands at the key of a sum; not looked at for other kinds.
	Amount *value.Value
	// Data is the whole data; needed when the definition NeedsData, and not looked at otherwise.
	Data map[string]any
}

// Step moves a tracker by data that matched, at now in Unix milliseconds. It returns the next state and
// appends what happened to events. It panics only when custom code does.
func (d *Definition) Step(s State, in Input, now int64, events []Event) (State, Outcome, []Event) {
	if s.Completed {
		return s, AlreadyCompleted, events
	}
	if s.Limited {
		return s, Refused, events
	}
	call := limiter.Call{Now: now, Data: in.Data}
	if d.limited {
		switch i, verdict := d.checkLimiters(&s, call); verdict {
		case limiter.Hold:
			return s, Refused, events
		case limiter.Stop:
			s, events = d.limit(s, i, events)
			return s, BecameLimited, events
		}
	}
	next, ok := d.applyStep(s, in, now)
	if !ok {
		return s, Unchanged, events
	}
	if !d.limited && next.Progress.Cmp(d.target(&next)) < 0 {
		return next, Changed, events // nearly every step
	}
	next, renewed, events := d.completeStages(next, call, events)
	if !renewed {
		next, events = d.consume(next, call, events)
	}
	return next, Changed, events
}

// Sweep applies what the clock alone does to a tracker: a window that is over limits it. changed tells
// whether it did.
func (d *Definition) Sweep(s State, now int64, events []Event) (next State, changed bool, _ []Event) {
	if s.Completed || s.Limited || s.Extra == nil {
		return s, false, events
	}
	call := limiter.Call{Now: now}
	for i := range s.Extra.Limits {
		l := &d.spec.Limiters[i]
		if l.Due(s.Extra.Limits[i]) <= now && l.Before(s.Extra.Limits[i], call) == limiter.Stop {
			s, events = d.limit(s, i, events)
			return s, true, events
		}
	}
	return s, false, events
}

// checkLimiters asks the limiters in order; i is the one that does not let pass.
func (d *Definition) checkLimiters(s *State, c limiter.Call) (i int, v limiter.Verdict) {
	for i := range d.spec.Limiters {
		if v := d.spec.Limiters[i].Before(s.Extra.Limits[i], c); v != limiter.Pass {
			return i, min(v, limiter.Stop) // a custom rule's verdict of its own invention
		}
	}
	return 0, limiter.Pass
}

// limit holds the tracker back, by limiter i.
func (d *Definition) limit(s State, i int, events []Event) (State, []Event) {
	s.Limited = true
	return s, append(events, Event{Kind: EventLimited, Definition: d, State: s, Limiter: d.spec.Limiters[i].Kind()})
}

// applyStep is the step itself; ok is false when the data gives none.
func (d *Definition) applyStep(s State, in Input, now int64) (next State, ok bool) {
	if d.count {
		s.Progress = s.Progress.Add(one)
		return s, true
	}
	if d.kind == nil {
		amount, ok := in.Amount.Decimal()
		if ok {
			s.Progress = s.Progress.Add(amount)
		}
		return s, ok
	}
	a := Advance{Progress: s.Progress, Own: s.privateState(), Data: in.Data, Now: now}
	progress, own, ok := d.kind.Advance(a)
	if !ok {
		return s, false
	}
	s.Progress = progress
	return s.withPrivateState(own), true
}

var one = decimal.FromInt(1)

// consume takes the step into account with every limiter; the first that has none left limits.
func (d *Definition) consume(s State, c limiter.Call, events []Event) (State, []Event) {
	if !d.limited {
		return s, events
	}
	limits := slices.Clone(s.Extra.Limits)
	by := -1
	for i := range limits {
		limited := false
		limits[i], limited = d.spec.Limiters[i].After(limits[i], c)
		if limited && by < 0 {
			by = i
		}
	}
	s = s.withLimits(limits)
	if by >= 0 && !s.Completed {
		return d.limit(s, by, events)
	}
	return s, events
}
