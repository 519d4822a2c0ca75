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
	g.fed, g.kept, g.defs, g.owned = r.Fed, r.Due, defs, true
	g.states = make([]tracker.State, len(defs))
	g.added = make(map[string]int, len(defs))
	rest := r.States
	for i, d := range defs {
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

// restored takes tracker i into what the group knows of all its trackers.
func (g *Group) restored(i int) {
	g.added[g.defs[i].Name()] = i
	if g.states[i].Removed {
		g.gone++
	}
	g.due = min(g.due, g.defs[i].Due(&g.states[i]))
}
