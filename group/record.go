package group

import (
	"fmt"

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
	// States is the binary form of all states, in order.
	States []byte
}

// Restore builds the group of a record. Defs run parallel to its Layout. The error says what the bytes
// are not; nothing half-read is returned.
func Restore(r *Record, defs []*tracker.Definition) (*Group, error) {
	g := New(r.Name, r.Version)
	g.defs, g.owned = defs, true
	g.added = make(map[string]int, len(defs))
	for i, d := range defs {
		g.added[d.Name()] = i
	}
	return g.read(r)
}

// Restored is the group of another record of g, with the definitions of g and what was compiled from them, which makes
// it cheap. It is nil when the record has another Layout, or nothing was compiled; then Restore it. The two groups do
// not change each other.
func (g *Group) Restored(r *Record) (*Group, error) {
	if g.set == nil || g.set.Len() != len(r.Layout) || len(g.defs) != len(r.Layout) {
		return nil, nil
	}
	for i, d := range g.defs {
		if d.ID() != r.Layout[i] {
			return nil, nil
		}
	}
	other := New(r.Name, r.Version)
	other.defs, other.set = g.defs, g.set
	return other.read(r)
}

// read takes in what a record has beside the layout.
func (g *Group) read(r *Record) (*Group, error) {
	g.fed, g.kept = r.Fed, r.Due
	g.states = make([]tracker.State, len(g.defs))
	rest := r.States
	for i, d := range g.defs {
		var err error
		if g.states[i], rest, err = d.ReadState(rest); err != nil {
			return nil, fmt.Errorf("restore group %q, place %d: %w", r.Name, i, err)
		}
		g.restored(i)
	}
	if len(rest) != 0 {
		return nil, fmt.Errorf("restore group %q: %d bytes after the last state", r.Name, len(rest))
	}
	return g, nil
}

// restored takes the state of tracker i into what the group knows of all its trackers.
func (g *Group) restored(i int) {
	if g.states[i].Removed {
		g.gone++
	}
	g.due = min(g.due, g.defs[i].Due(&g.states[i]))
}
