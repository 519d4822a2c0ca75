package tracker

import (
	"slices"

	"github.com/dictrack/dictrack/limiter"
)

// Step moves a tracker by a message that matched, at now in Unix milliseconds. It returns the next state and appends
// what happened to events. It panics only when custom code does.
func (d *Definition) Step(s State, in Input, now int64, events []Event) (State, Outcome, []Event) {
	if s.Completed {
		return s, AlreadyCompleted, events
	}
	if s.Limited {
		return s, Refused, events
	}
	in.Now = now
	if d.limited {
		switch i, verdict := d.checkLimiters(&s, d.limiterInput(&s, now, in.Data)); verdict {
		case limiter.Hold:
			return s, Refused, events
		case limiter.Stop:
			s, events = d.limit(s, i, events)
			return s, BecameLimited, events
		}
	}
	kind, ok := d.kind.Step(s.kindState(), in)
	if !ok {
		return s, Unchanged, events
	}
	next := s.withKindState(kind)
	if !d.limited && !d.reached(&next) {
		return next, Changed, events // nearly every step
	}
	next, refilled, events := d.completeStages(next, now, in.Data, events)
	if !refilled {
		next, events = d.consume(next, now, in.Data, events)
	}
	return next, Changed, events
}

// limiterInput is what the limiters of a tracker in state s decide on.
func (d *Definition) limiterInput(s *State, now int64, data map[string]any) limiter.Input {
	return limiter.Input{
		Now: now, Data: data,
		Progress: s.Progress, Target: d.target(s), Stage: s.Stage, Cycle: s.Cycle,
	}
}

// checkLimiters asks the limiters in their order; i is the one that does not let the message pass.
func (d *Definition) checkLimiters(s *State, in limiter.Input) (i int, v limiter.Verdict) {
	for i := range d.spec.Limiters {
		if v := d.spec.Limiters[i].Before(s.Extra.Limits[i], in); v != limiter.Pass {
			return i, v
		}
	}
	return 0, limiter.Pass
}

// limit holds the tracker back, by limiter i.
func (d *Definition) limit(s State, i int, events []Event) (State, []Event) {
	s.Limited = true
	return s, append(events, Event{
		Kind: EventLimited, Definition: d, State: s, Limiter: d.spec.Limiters[i].Kind(), LimiterIndex: i,
	})
}

// consume accounts for the step with every limiter; the first that has none left limits the tracker.
func (d *Definition) consume(s State, now int64, data map[string]any, events []Event) (State, []Event) {
	if !d.limited {
		return s, events
	}
	in, limits, by := d.limiterInput(&s, now, data), slices.Clone(s.Extra.Limits), -1
	for i := range limits {
		limited := false
		limits[i], limited = d.spec.Limiters[i].After(limits[i], in)
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
