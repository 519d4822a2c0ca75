package tracker

import (
	"slices"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/limiter"
)

// completeStages completes stages while progress has reached their targets. renewed tells that the limiters
// started again. It ends: without loop a stage is left for good, with loop the targets are above 0 and
// whole cycles are taken at once.
func (d *Definition) completeStages(s State, c limiter.Call, events []Event) (_ State, renewed bool, _ []Event) {
	for s.Progress.Cmp(d.target(&s)) >= 0 {
		if d.inLastStage(&s) && !d.spec.Loop {
			s.Completed = true
			return s, renewed, append(events, Event{Kind: EventAllCompleted, Definition: d, State: s})
		}
		done := Event{Kind: EventStageCompleted, Definition: d, State: s}
		s, done.Cycles = d.nextStage(s)
		events = append(events, done)
		s, events = d.afterStage(s, c, events)
		renewed = d.spec.Reset.Has(ResetLimiter)
	}
	return s, renewed, events
}

// afterStage applies the reset policy's limiters and tells. A limiter that holds the tracker back from
// here on is told like any other that does.
func (d *Definition) afterStage(s State, c limiter.Call, events []Event) (State, []Event) {
	by, was := -1, s.Limited
	if d.spec.Reset.Has(ResetLimiter) {
		s, by = d.refillLimiters(s, c)
	}
	if by >= 0 && !was {
		s.Limited = false // until it is told
	}
	if d.spec.Reset != ResetNone {
		events = append(events, Event{Kind: EventReset, Definition: d, State: s})
	}
	if by >= 0 && !was {
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
func (d *Definition) nextStage(s State) (_ State, cycles int64) {
	if d.inLastStage(&s) {
		return d.nextCycle(s)
	}
	if d.spec.Reset.Has(ResetProgress) {
		s = d.restartProgress(s)
	}
	s.Stage++
	return s, 0
}

// restartProgress starts progress again: at 0, or with what was above the target.
func (d *Definition) restartProgress(s State) State {
	if d.spec.Carry {
		s.Progress = s.Progress.Sub(d.target(&s))
		return s
	}
	s.Progress = decimal.Decimal{}
	return s.withPrivateState(nil)
}

// nextCycle starts again at stage 1, taking further whole cycles that the carried progress spans.
func (d *Definition) nextCycle(s State) (_ State, cycles int64) {
	s = d.restartProgress(s)
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
	needs, takes := d.cycleSize()
	switch {
	case p.Cmp(needs) < 0:
		return 0, p
	case d.spec.Reset.Has(ResetProgress):
		return p.QuoRem(takes)
	}
	n, rest = p.Sub(needs).QuoRem(takes)
	return addCycles(n, 1), needs.Sub(takes).Add(rest)
}

// cycleSize is the progress that a whole cycle with carry needs, and what it takes.
func (d *Definition) cycleSize() (needs, takes decimal.Decimal) {
	targets := d.spec.Targets
	if !d.spec.Reset.Has(ResetProgress) {
		return slices.MaxFunc(targets, decimal.Decimal.Cmp), targets[len(targets)-1]
	}
	for _, t := range targets {
		takes = takes.Add(t)
	}
	return takes, takes
}

// refillLimiters starts every limiter again after a completed stage; by is the first that still holds the tracker
// back, -1 if none does.
func (d *Definition) refillLimiters(s State, c limiter.Call) (_ State, by int) {
	by = -1
	if !d.limited {
		return s, by
	}
	limits := slices.Clone(s.Extra.Limits)
	for i := range limits {
		limited := false
		limits[i], limited = d.spec.Limiters[i].StageDone(limits[i], c)
		if limited && by < 0 {
			by = i
		}
	}
	s.Limited = by >= 0
	return s.withLimits(limits), by
}
