package tracker

import (
	"slices"

	"github.com/dictrack/dictrack/decimal"
)

// reached reports whether the stage that s is in is complete.
func (d *Definition) reached(s *State) bool { return d.kind.Reached(s.kindState(), d.target(s)) }

// completeStages completes stages for as long as their targets are reached. refilled reports whether the limiters
// started again. It ends: without loop each stage completes once, and with loop a cycle starts with a progress that
// has not reached its targets, whole cycles that the progress spans being counted at once. For a custom kind that
// breaks this rule, the number of stages in one call is limited.
func (d *Definition) completeStages(s State, now int64, data map[string]any, events []Event) (_ State, refilled bool, _ []Event) {
	for n := 0; d.reached(&s) && (!d.custom || n < 2*len(d.targets)); n++ {
		if d.inLastStage(&s) && !d.spec.Loop {
			s.Completed = true
			return s, refilled, append(events, Event{Kind: EventAllCompleted, Definition: d, State: s})
		}
		done := Event{Kind: EventStageCompleted, Definition: d, State: s}
		s, done.Cycles = d.nextStage(s, now)
		events = append(events, done)
		s, events = d.afterStage(s, now, data, events)
		refilled = d.spec.Reset.Has(ResetLimiter)
	}
	return s, refilled, events
}

// afterStage applies the reset policy to the limiters and reports it. A limiter that holds the tracker back from here
// on is reported like any other.
func (d *Definition) afterStage(s State, now int64, data map[string]any, events []Event) (State, []Event) {
	by, wasLimited := -1, s.Limited
	if d.spec.Reset.Has(ResetLimiter) {
		s, by = d.refillLimiters(s, now, data)
	}
	if by >= 0 && !wasLimited {
		s.Limited = false // until its event
	}
	if d.spec.Reset != ResetNone {
		events = append(events, Event{Kind: EventReset, Definition: d, State: s})
	}
	if by >= 0 && !wasLimited {
		return d.limit(s, by, events)
	}
	return s, events
}

// target is the target of the stage that s is in.
func (d *Definition) target(s *State) decimal.Decimal {
	if s.Stage == 1 {
		return d.first
	}
	return d.targets[s.Stage-1]
}

func (d *Definition) inLastStage(s *State) bool { return int(s.Stage) == len(d.targets) }

// nextStage moves progress and stage after a completed one. cycles is 0 unless more than one was spanned.
func (d *Definition) nextStage(s State, now int64) (_ State, cycles int64) {
	if d.inLastStage(&s) {
		return d.nextCycle(s, now)
	}
	if d.spec.Reset.Has(ResetProgress) {
		s = d.restartProgress(s, now)
	}
	s.Stage++
	return s, 0
}

// restartProgress starts progress again: at 0, or with what was above the target.
func (d *Definition) restartProgress(s State, now int64) State {
	if d.spec.Carry {
		s.Progress = s.Progress.Sub(d.target(&s))
		return s
	}
	s.Progress = decimal.Decimal{}
	return s.withPrivateState(d.kind.Reset(now))
}

// nextCycle starts again at stage 1, taking further whole cycles that the carried progress spans.
func (d *Definition) nextCycle(s State, now int64) (_ State, cycles int64) {
	s = d.restartProgress(s, now)
	s.Stage, cycles = 1, 1
	if d.spec.Carry {
		var more int64
		more, s.Progress = d.wholeCycles(s.Progress)
		cycles = addCycles(cycles, more)
	}
	s.Cycle = addCycles(s.Cycle, cycles)
	if cycles == 1 {
		cycles = 0
	}
	return s, cycles
}

// wholeCycles takes as many whole cycles from progress p as it spans. A cycle that resets progress
// needs and takes the sum of the targets; one that does not needs the highest and takes the last.
func (d *Definition) wholeCycles(p decimal.Decimal) (n int64, rest decimal.Decimal) {
	needs, takes := d.spec.cycleSize()
	switch {
	case p.Cmp(needs) < 0:
		return 0, p
	case d.spec.Reset.Has(ResetProgress):
		return p.QuoRem(takes)
	}
	n, rest = p.Sub(needs).QuoRem(takes)
	return addCycles(n, 1), needs.Sub(takes).Add(rest)
}

// refillLimiters starts every limiter again after a completed stage; by is the first that still holds the tracker
// back, -1 if none does.
func (d *Definition) refillLimiters(s State, now int64, data map[string]any) (_ State, by int) {
	by = -1
	if !d.limited {
		return s, by
	}
	in, limits := d.limiterInput(&s, now, data), slices.Clone(s.Extra.Limits)
	for i := range limits {
		limited := false
		limits[i], limited = d.spec.Limiters[i].StageDone(limits[i], in)
		if limited && by < 0 {
			by = i
		}
	}
	s.Limited = by >= 0
	return s.withLimits(limits), by
}
