package group

import (
	"fmt"
	"slices"

	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// Record is a group as a store gives it back.
type Record struct {
	Name    string
	Version uint64
	Fed     bool
	// Due is the due time of the last commit, in Unix milliseconds; limiter.Never for none.
	Due int64
	// Layout are the definitions of all places, in order.
	Layout []tracker.ID
	// SameLayout says in place of it, to Restored alone, that the definitions are those of the Group.
	SameLayout bool
	// States is the binary form of all states, in order.
	States []byte
	// Patch holds the states of some places that are later than those in States; see Change.AppendPatch.
	Patch []byte
}

// Restore builds the group of a record. Defs run parallel to its Layout. The error says what the bytes
// are not; nothing half-read is returned.
func Restore(r *Record, defs []*tracker.Definition) (*Group, error) {
	g := New(r.Name, r.Version)
	g.rewrite(defs)
	return g.read(r, nil)
}

// Restored is the group of another record of g, with the definitions of g and what was compiled from them, which makes
// it cheap. It is nil when the record has another Layout; then Restore it. The two groups do not change each other.
func (g *Group) Restored(r *Record) (*Group, error) {
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
func (g *Group) read(r *Record, old *states.Table) (*Group, error) {
	g.fed, g.kept = r.Fed, r.Due
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
		g.gone++
	}
	g.due = min(g.due, g.roster.at(i).Due(s))
}
