package group

import (
	"fmt"
	"slices"

	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// Add adds trackers at now, all or none. A name that is taken, in the group or in defs, is an
// ErrExists; a window that would start after its end is a field.Errors.
func (g *Group) Add(defs []*tracker.Definition, now int64) (Result, error) {
	states := make([]tracker.State, len(defs))
	names := make(map[string]bool, len(defs))
	for n, d := range defs {
		if _, taken := g.find(d.Name()); taken || names[d.Name()] {
			return Result{}, fmt.Errorf("add tracker %q to group %q: %w", d.Name(), g.name, ErrExists)
		}
		names[d.Name()] = true
		var err error
		if states[n], err = startTracker(d, now, false); err != nil {
			return Result{}, fmt.Errorf("add tracker %q to group %q: %w", d.Name(), g.name, err)
		}
	}
	w := txn{g: g, now: now}
	if len(defs) > 0 {
		g.compact()
	}
	g.states.Grow(len(defs))
	for n, d := range defs {
		w.appendTracker(d, &states[n])
	}
	return w.finish(), nil
}

func (w *txn) appendTracker(d *tracker.Definition, s *tracker.State) {
	g := w.g
	g.appendDefinition(d)
	g.appendState(s)
	g.markLayoutFrom(g.states.Len() - 1)
	w.setState(int32(g.states.Len()-1), s)
	w.events = append(w.events, tracker.Event{Kind: tracker.EventAdded, Definition: d, State: *s})
}

// minCompact is how many removed trackers a group carries along at least before it is laid out anew.
const minCompact = 64

// compact drops the places of removed trackers once they are the most, so that a group whose trackers
// come and go stays small.
func (g *Group) compact() {
	if g.removedCount < minCompact || int(g.removedCount)*2 < g.states.Len() {
		return
	}
	kept := g.indexes()
	was, defs := *g, make([]*tracker.Definition, len(kept))
	g.states, g.overflow, g.removedCount = states.MakeTable(len(kept)), nil, 0
	for n, i := range kept {
		defs[n] = was.list.at(i)
		s := was.state(i)
		g.writeState(n, &s)
	}
	g.setDefinitions(defs)
	g.markAll()
}

// Remove removes the named trackers, all of them when no name is given, with an event each. An unknown
// name is an ErrNotFound and removes none.
func (g *Group) Remove(names []string, now int64) (Result, error) {
	places, err := g.indexesOf(names)
	if err != nil {
		return Result{}, err
	}
	w := txn{g: g, now: now}
	for _, i := range places {
		w.events = append(w.events, tracker.Event{Kind: tracker.EventRemoved, Definition: g.list.at(i), State: g.state(i)})
		w.removeAt(int32(i))
	}
	return w.finish(), nil
}

// Reset resets the named trackers by hand, all or none; all of the group when no name is given.
func (g *Group) Reset(names []string, by tracker.ResetOptions, now int64) (Result, error) {
	places, err := g.indexesOf(names)
	if err != nil {
		return Result{}, err
	}
	w := txn{g: g, now: now}
	states := make([]tracker.State, len(places))
	for n, i := range places {
		states[n], w.events, err = runReset(g.list.at(i), g.state(i), by, now, w.events)
		if err != nil {
			return Result{}, fmt.Errorf("reset tracker %q of group %q: %w", g.list.at(i).Name(), g.name, err)
		}
	}
	for n, i := range places {
		w.addResult(int32(i), &states[n], tracker.Changed)
		w.setState(int32(i), &states[n])
	}
	return w.finish(), nil
}

func runReset(d *tracker.Definition, s tracker.State, by tracker.ResetOptions, now int64, events []tracker.Event) (next tracker.State, _ []tracker.Event, err error) {
	defer recoverTo(&err)
	return d.Reset(s, by, now, events)
}

// Edit changes one living tracker: definition and state become what change returns. An error changes
// nothing.
func (g *Group) Edit(name string, now int64, change EditFunc) (Result, error) {
	i, ok := g.find(name)
	if !ok {
		return Result{}, fmt.Errorf("tracker %q of group %q: %w", name, g.name, ErrNotFound)
	}
	was := g.list.at(i)
	d, s, events, err := runEdit(change, was, g.state(i))
	if err != nil {
		return Result{}, fmt.Errorf("change tracker %q of group %q: %w", name, g.name, err)
	}
	w := txn{g: g, now: now, events: events}
	if d != was {
		g.replaceDefinition(i, d)
		g.markLayout(i)
	}
	w.addResult(int32(i), &s, tracker.Changed)
	w.applyState(int32(i), &s)
	return w.finish(), nil
}

// EditFunc is a change by hand to one tracker.
type EditFunc func(*tracker.Definition, tracker.State) (*tracker.Definition, tracker.State, []tracker.Event, error)

func runEdit(change EditFunc, d *tracker.Definition, s tracker.State) (_ *tracker.Definition, _ tracker.State, _ []tracker.Event, err error) {
	defer recoverTo(&err)
	return change(d, s)
}

// ApplyTimers applies what the clock alone does at now: expiries and ends of windows.
func (g *Group) ApplyTimers(now int64) Result {
	w := txn{g: g, now: now}
	for i := g.overflow.next(-1); i != noIndex; i = g.overflow.next(i) {
		w.applyTimer(i)
	}
	due := g.nextDue()
	g.due = due
	if g.pending != nil && g.Exists() && due != g.recordedDue {
		w.changed = true // whoever keeps the group thinks it due still
	}
	return w.finish()
}

// Definitions are the definitions of the trackers that are there, in order.
func (g *Group) Definitions() []*tracker.Definition {
	defs := make([]*tracker.Definition, 0, g.Len())
	for _, i := range g.indexes() {
		defs = append(defs, g.list.at(i))
	}
	return slices.Clip(defs)
}
