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
	g.fed, g.kept = r.Fed, r.Due
	g.rewrite(defs)
	g.cells = make([]tracker.Cell, len(defs))
	rest := r.States
	for i, d := range defs {
		s, more, err := d.ReadState(rest)
		if err != nil {
			return nil, fmt.Errorf("restore group %q, place %d: %w", r.Name, i, err)
		}
		rest = more
		g.restored(i, &s)
	}
	if len(rest) != 0 {
		return nil, fmt.Errorf("restore group %q: %d bytes after the last state", r.Name, len(rest))
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
