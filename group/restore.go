package group

import (
	"fmt"
	"slices"

	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// Restore builds the group of a record. Defs run parallel to its Layout. The error says what the bytes
// are not; nothing half-read is returned.
func Restore(r *record.Group, defs []*tracker.Definition) (*Group, error) {
	g := New(r.Name, r.Version)
	g.setDefinitions(defs)
	return g.readStates(r, nil)
}

// RestoreLike is the group of another record of g, with the definitions of g and what was compiled from them, which makes
// it cheap. It is nil when the record has another Layout; then Restore it. The two groups do not change each other.
func (g *Group) RestoreLike(r *record.Group) (*Group, error) {
	if !r.SameLayout && !g.hasLayout(r.Layout) {
		return nil, nil
	}
	other := New(r.Name, r.Version)
	if n := g.list.len(); g.program == nil || g.mutable || g.program.Len() != n {
		other.setDefinitions(g.list.all())
	} else {
		other.list, other.program = g.list, g.program
		other.list.own = slices.Clip(g.list.own)
	}
	return other.readStates(r, &g.states)
}

// hasLayout tells whether the group has just these definitions.
func (g *Group) hasLayout(layout []tracker.ID) bool {
	if len(layout) != g.list.len() {
		return false
	}
	for i, id := range layout {
		if g.list.at(i).ID() != id {
			return false
		}
	}
	return true
}

// readStates takes in what a record has beside the layout. Old are the states of the same trackers at another time, or nil.
func (g *Group) readStates(r *record.Group, old *states.Table) (*Group, error) {
	g.initialized, g.recordedDue = r.Initialized, r.Due
	g.states = states.MakeTable(g.list.len())
	rest, later := r.States, newPatch(r.Patch)
	for i := 0; i < g.states.Len(); i++ {
		if old != nil {
			var plain int
			rest, plain = g.states.DecodeSmall(rest, i, max(i, min(later.index, g.states.Len())), old)
			if i += plain; i == g.states.Len() {
				break
			}
		}
		s, more, err := g.list.at(i).ReadState(rest)
		if rest = more; err == nil && i == later.index {
			s, err = later.readState(g.list.at(i).ReadState)
		}
		if err != nil {
			return nil, fmt.Errorf("restore group %q, place %d: %w", r.Name, i, err)
		}
		g.restoreState(i, &s)
	}
	if len(rest) != 0 || !later.ended() {
		return nil, fmt.Errorf("restore group %q: %d bytes after the last state, %d of its patch", r.Name, len(rest), len(later.rest))
	}
	return g, nil
}

// restoreState installs the state of tracker i.
func (g *Group) restoreState(i int, s *tracker.State) {
	g.writeState(i, s)
	if s.Removed {
		g.removedCount++
	}
	g.due = min(g.due, g.list.at(i).Due(s))
}
