package group

import (
	"fmt"
	"slices"

	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// Restore returns the group of a record. Defs run parallel to the record's Layout, and belong to the group from then on.
// It returns an error when the record's states or patch are malformed.
func Restore(r *record.Group, defs []*tracker.Definition) (*Group, error) {
	g := New(r.Name, r.Version)
	g.setDefinitions(defs)
	return g.readStates(r, nil)
}

// RestoreLike returns the group of another record of g, with the definitions and the program of g, which makes it
// cheaper than Restore. It returns nil, and no error, when the record has another Layout. The two groups do not affect
// each other.
func (g *Group) RestoreLike(r *record.Group) (*Group, error) {
	if !r.SameLayout && !g.hasLayout(r.Layout) {
		return nil, nil
	}
	restored := New(r.Name, r.Version)
	if n := g.list.len(); g.program == nil || g.mutable || g.program.Len() != n {
		restored.setDefinitions(g.list.all())
	} else {
		restored.list, restored.program = g.list, g.program
		restored.list.own = slices.Clip(g.list.own)
	}
	return restored.readStates(r, &g.states)
}

// hasLayout reports whether the group has exactly these definitions.
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

// readStates reads what a record has besides the layout. Old are the states of the same trackers at another time, or
// nil.
func (g *Group) readStates(r *record.Group, old *states.Table) (*Group, error) {
	g.initialized, g.recordedDue = r.Initialized, r.Due
	g.states = states.MakeTable(g.list.len())
	rest, patch := r.States, newPatch(r.Patch)
	for i := 0; i < g.states.Len(); i++ {
		if old != nil {
			var n int
			rest, n = g.states.DecodeSmall(rest, i, max(i, min(patch.index, g.states.Len())), old)
			if i += n; i == g.states.Len() {
				break
			}
		}
		s, after, err := g.list.at(i).ReadState(rest)
		if rest = after; err == nil && i == patch.index {
			s, err = patch.readState(g.list.at(i).ReadState)
		}
		if err != nil {
			return nil, fmt.Errorf("restore group %q, index %d: %w", r.Name, i, err)
		}
		g.restoreState(i, &s)
	}
	if len(rest) != 0 || !patch.ended() {
		return nil, fmt.Errorf("restore group %q: %d bytes after the last state, %d of its patch", r.Name, len(rest), len(patch.rest))
	}
	return g, nil
}

// restoreState sets the state of tracker i.
func (g *Group) restoreState(i int, s *tracker.State) {
	g.writeState(i, s)
	if s.Removed {
		g.removedCount++
	}
	g.due = min(g.due, g.list.at(i).Due(s))
}
