package group

import (
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// ErrExists means that the group already has a tracker of that name.
var ErrExists = errors.New("a tracker of that name exists in the group")

// Add adds trackers at now, in Unix milliseconds; all or none. It returns ErrExists when a name is in use, in the group
// or twice in defs, and field.Errors when a time window would start after its end.
func (g *Group) Add(defs []*tracker.Definition, now int64) (Result, error) {
	initial := make([]tracker.State, len(defs))
	names := make(map[string]bool, len(defs))
	for n, d := range defs {
		if _, exists := g.find(d.Name()); exists || names[d.Name()] {
			return Result{}, fmt.Errorf("add tracker %q to group %q: %w", d.Name(), g.name, ErrExists)
		}
		names[d.Name()] = true
		var err error
		if initial[n], err = startTracker(d, now, false); err != nil {
			return Result{}, fmt.Errorf("add tracker %q to group %q: %w", d.Name(), g.name, err)
		}
	}
	tx := txn{g: g, now: now}
	if len(defs) > 0 {
		g.compact()
	}
	g.states.Grow(len(defs))
	for n, d := range defs {
		tx.appendTracker(d, &initial[n])
	}
	return tx.finish(), nil
}

func (tx *txn) appendTracker(d *tracker.Definition, s *tracker.State) {
	g := tx.g
	g.appendDefinition(d)
	g.appendState(s)
	g.markLayoutFrom(g.states.Len() - 1)
	tx.setState(int32(g.states.Len()-1), s)
	tx.events = append(tx.events, tracker.Event{Kind: tracker.EventAdded, Definition: d, State: *s})
}

// minCompact is the number of removed trackers below which a group is not compacted.
const minCompact = 64

// compact frees the indexes of removed trackers once they are the majority, so that a group whose trackers come and go
// stays small. The remaining trackers get new indexes.
func (g *Group) compact() {
	if g.removedCount < minCompact || int(g.removedCount)*2 < g.states.Len() {
		return
	}
	remaining := g.indexes()
	old, defs := *g, make([]*tracker.Definition, len(remaining))
	g.states, g.overflow, g.removedCount = states.MakeTable(len(remaining)), nil, 0
	for n, i := range remaining {
		defs[n] = old.list.at(i)
		s := old.state(i)
		g.writeState(n, &s)
	}
	g.setDefinitions(defs)
	g.markAll()
}
