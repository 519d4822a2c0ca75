package group

import (
	"fmt"
	"iter"
	"slices"

	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// Call is one call of Track.
type Call struct {
	Data match.Data
	Now  int64 // Unix milliseconds
	// Commit makes the call change the group even when no tracker moved: it brings an id to remember.
	Commit bool
	// Template are the definitions that the group gets if this is its first data.
	Template []*tracker.Definition
	Compile  Compiler
	Scratch  *states.Scratch
	// Moved is memory for that of the Effect, to be used again once nobody looks at it; nil for none.
	Moved []states.PackedResult
}

// Move is what a call did to one tracker.
type Move struct {
	Cell    states.Packed // of the state after it; see Effect.State
	Place   int32         // see Effect.Definition
	Outcome tracker.Outcome
}

// Failure is a tracker whose custom code failed; it did not move.
type Failure struct {
	Tracker string
	Err     error
}

// Effect is what a call did to a group. The caller owns it.
type Effect struct {
	// Version is the group's after the call, and Changed whether the call raised it.
	Version  uint64
	Changed  bool
	Events   []tracker.Event
	Failures []Failure
	// Moved are the trackers that changed, were refused or were completed already, in order; see Moves.
	Moved []states.PackedResult

	others []Move // those of Moved that say no more than the place
	roster roster
	asides *asides // of the others' cells
}

// Moves are what Moved stands for.
func (e *Effect) Moves() iter.Seq[*Move] {
	return func(yield func(*Move) bool) {
		others := e.others
		for _, moved := range e.Moved {
			m := &Move{Place: moved.Index(), Outcome: tracker.Changed}
			var small bool
			if m.Cell, small = moved.Small(); !small {
				m, others = &others[0], others[1:]
			}
			if !yield(m) {
				return
			}
		}
	}
}

// Definition is that of the tracker that moved.
func (e *Effect) Definition(m *Move) *tracker.Definition { return e.roster.at(int(m.Place)) }

// State is what the tracker moved to.
func (e *Effect) State(m *Move) tracker.State {
	if !m.Cell.HasOverflow() {
		return m.Cell.State(states.Overflow{})
	}
	return m.Cell.State(e.asides.of(m.Place))
}

// Track applies one data. An error (raw JSON that is refused, a template that cannot start) changes
// nothing.
func (g *Group) Track(c *Call) (Effect, error) {
	fresh, err := g.fresh(c)
	if err != nil {
		return Effect{}, err
	}
	set := g.prospect(fresh, c.Compile)
	if err := set.Match(c.Data, c.Scratch); err != nil {
		return Effect{}, err
	}
	w := work{g: g, x: c.Scratch, now: c.Now, changed: c.Commit, moved: c.Moved[:0]}
	if !g.initialized && (g.Exists() || c.Commit || len(c.Template) > 0) {
		g.initialized, w.changed = true, true
	}
	if len(fresh) > 0 || c.Now >= g.due {
		w.all(fresh, set)
	} else {
		w.hits()
	}
	w.failed()
	return w.finish(), nil
}

// start is a definition with the state it begins in.
type start struct {
	definition *tracker.Definition
	state      tracker.State
}

// fresh are the template's trackers that the group gets with this call.
func (g *Group) fresh(c *Call) ([]start, error) {
	if g.initialized || len(c.Template) == 0 {
		return nil, nil
	}
	fresh := make([]start, 0, len(c.Template))
	for _, d := range c.Template {
		if _, exists := g.find(d.Name()); exists {
			continue
		}
		s, err := begin(d, c.Now, true)
		if err != nil {
			return nil, fmt.Errorf("start template tracker %q: %w", d.Name(), err)
		}
		fresh = append(fresh, start{d, s})
	}
	return fresh, nil
}

// prospect is the compiled set of the group as it would be with the fresh trackers.
func (g *Group) prospect(fresh []start, compile Compiler) *states.Program {
	if len(fresh) == 0 {
		return g.compiled(compile)
	}
	defs := slices.Grow(g.roster.all(), len(fresh))
	for _, f := range fresh {
		defs = append(defs, f.definition)
	}
	return compile(nil, defs)
}
