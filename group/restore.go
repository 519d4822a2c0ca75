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
	g.rewrite(defs)
	return g.read(r, nil)
}

// RestoreLike is the group of another record of g, with the definitions of g and what was compiled from them, which makes
// it cheap. It is nil when the record has another Layout; then Restore it. The two groups do not change each other.
func (g *Group) RestoreLike(r *record.Group) (*Group, error) {
	if !r.SameLayout && !g.laidOut(r.Layout) {
		return nil, nil
	}
	other := New(r.Name, r.Version)
	if n := g.roster.len(); g.set == nil || g.growing || g.set.Len() != n {
		other.rewrite(g.roster.all())
	} else {
		other.roster, other.set = g.roster, g.set
		other.roster.own = slices.Clip(g.roster.own)
	}
	return other.read(r, &g.cells)
}

// laidOut tells whether the group has just these definitions.
func (g *Group) laidOut(layout []tracker.ID) bool {
	if len(layout) != g.roster.len() {
		return false
	}
	for i, id := range layout {
		if g.roster.at(i).ID() != id {
			return false
		}
	}
	return true
}

// read takes in what a record has beside the layout. Old are the states of the same trackers at another time, or nil.
func (g *Group) read(r *record.Group, old *states.Table) (*Group, error) {
	g.initialized, g.recordedDue = r.Initialized, r.Due
	g.cells = states.MakeTable(g.roster.len())
	rest, later := r.States, newPatch(r.Patch)
	for i := 0; i < g.cells.Len(); i++ {
		if old != nil {
			var plain int
			rest, plain = g.cells.DecodeSmall(rest, i, max(i, min(later.place, g.cells.Len())), old)
			if i += plain; i == g.cells.Len() {
				break
			}
		}
		s, more, err := g.roster.at(i).ReadState(rest)
		if rest = more; err == nil && i == later.place {
			s, err = later.take(g.roster.at(i).ReadState)
		}
		if err != nil {
			return nil, fmt.Errorf("restore group %q, place %d: %w", r.Name, i, err)
		}
		g.restored(i, &s)
	}
	if len(rest) != 0 || !later.ended() {
		return nil, fmt.Errorf("restore group %q: %d bytes after the last state, %d of its patch", r.Name, len(rest), len(later.rest))
	}
	return g, nil
}

// restored installs the state of tracker i.
func (g *Group) restored(i int, s *tracker.State) {
	g.write(i, s)
	if s.Removed {
		g.removed++
	}
	g.due = min(g.due, g.roster.at(i).Due(s))
}
