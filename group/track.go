package group

import (
	"fmt"
	"iter"
	"slices"

	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// TrackRequest is one call of Track.
type TrackRequest struct {
	Data match.Data
	Now  int64 // Unix milliseconds
	// Commit makes the call change the group even when no tracker moved: it brings an id to remember.
	Commit bool
	// Template are the definitions that the group gets if this is its first data.
	Template []*tracker.Definition
	Compile  Compiler
	Scratch  *states.Scratch
	// PackedBuffer is memory for that of the Effect, to be used again once nobody looks at it; nil for none.
	PackedBuffer []states.PackedResult
}

// TrackerResult is what a call did to one tracker.
type TrackerResult struct {
	Packed    states.Packed // of the state after it; see Effect.State
	Index   int32         // see Effect.Definition
	Outcome tracker.Outcome
}

// Failure is a tracker whose custom code failed; it did not move.
type Failure struct {
	Tracker string
	Err     error
}

// Result is what a call did to a group. The caller owns it.
type Result struct {
	// Version is the group's after the call, and Changed whether the call raised it.
	Version  uint64
	Changed  bool
	Events   []tracker.Event
	Failures []Failure
	// Packed are the trackers that changed, were refused or were completed already, in order; see Moves.
	Packed []states.PackedResult

	detailed []TrackerResult // those of Moved that say no more than the place
	definitions definitionList
	overflow *overflowTable // of the others' cells
}

// TrackerResults are what Moved stands for.
func (e *Result) TrackerResults() iter.Seq[*TrackerResult] {
	return func(yield func(*TrackerResult) bool) {
		others := e.detailed
		for _, moved := range e.Packed {
			m := &TrackerResult{Index: moved.Index(), Outcome: tracker.Changed}
			var small bool
			if m.Packed, small = moved.Small(); !small {
				m, others = &others[0], others[1:]
			}
			if !yield(m) {
				return
			}
		}
	}
}

// Definition is that of the tracker that moved.
func (e *Result) Definition(m *TrackerResult) *tracker.Definition { return e.definitions.at(int(m.Index)) }

// State is what the tracker moved to.
func (e *Result) State(m *TrackerResult) tracker.State {
	if !m.Packed.HasOverflow() {
		return m.Packed.State(states.Overflow{})
	}
	return m.Packed.State(e.overflow.get(m.Index))
}

// Track applies one data. An error (raw JSON that is refused, a template that cannot start) changes
// nothing.
func (g *Group) Track(c *TrackRequest) (Result, error) {
	fresh, err := g.templated(c)
	if err != nil {
		return Result{}, err
	}
	set := g.nextProgram(fresh, c.Compile)
	if err := set.Match(c.Data, c.Scratch); err != nil {
		return Result{}, err
	}
	w := txn{g: g, scratch: c.Scratch, now: c.Now, changed: c.Commit, packed: c.PackedBuffer[:0]}
	if !g.initialized && (g.Exists() || c.Commit || len(c.Template) > 0) {
		g.initialized, w.changed = true, true
	}
	if len(fresh) > 0 || c.Now >= g.due {
		w.stepAll(fresh, set)
	} else {
		w.stepMatched()
	}
	w.addConditionFailures()
	return w.finish(), nil
}

// startingTracker is a definition with the state it begins in.
type startingTracker struct {
	definition *tracker.Definition
	state      tracker.State
}

// templated are the template's trackers that the group gets with this call.
func (g *Group) templated(c *TrackRequest) ([]startingTracker, error) {
	if g.initialized || len(c.Template) == 0 {
		return nil, nil
	}
	fresh := make([]startingTracker, 0, len(c.Template))
	for _, d := range c.Template {
		if _, exists := g.find(d.Name()); exists {
			continue
		}
		s, err := startTracker(d, c.Now, true)
		if err != nil {
			return nil, fmt.Errorf("start template tracker %q: %w", d.Name(), err)
		}
		fresh = append(fresh, startingTracker{d, s})
	}
	return fresh, nil
}

// nextProgram is the compiled set of the group as it would be with the fresh trackers.
func (g *Group) nextProgram(fresh []startingTracker, compile Compiler) *states.Program {
	if len(fresh) == 0 {
		return g.compiledProgram(compile)
	}
	defs := slices.Grow(g.list.all(), len(fresh))
	for _, f := range fresh {
		defs = append(defs, f.definition)
	}
	return compile(nil, defs)
}
