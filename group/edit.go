package group

import (
	"fmt"
	"slices"

	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// Add adds trackers at now, all or none. A name that is taken, in the group or in defs, is an
// ErrExists; a window that would start after its end is a field.Errors.
func (g *Group) Add(defs []*tracker.Definition, now int64) (Effect, error) {
	states := make([]tracker.State, len(defs))
	names := make(map[string]bool, len(defs))
	for n, d := range defs {
		if _, taken := g.find(d.Name()); taken || names[d.Name()] {
			return Effect{}, fmt.Errorf("add tracker %q to group %q: %w", d.Name(), g.name, ErrExists)
		}
		names[d.Name()] = true
		var err error
		if states[n], err = begin(d, now, false); err != nil {
			return Effect{}, fmt.Errorf("add tracker %q to group %q: %w", d.Name(), g.name, err)
		}
	}
	w := work{g: g, now: now}
	if len(defs) > 0 {
		g.compact()
	}
	g.cells.Grow(len(defs))
	for n, d := range defs {
		w.append(d, &states[n])
	}
	return w.finish(), nil
}

func (w *work) append(d *tracker.Definition, s *tracker.State) {
	g := w.g
	g.enlist(d)
	g.join(s)
	g.markLayoutFrom(g.cells.Len() - 1)
	w.put(int32(g.cells.Len()-1), s)
	w.events = append(w.events, tracker.Event{Kind: tracker.EventAdded, Definition: d, State: *s})
}

// compactAt is how many removed trackers a group carries along at least before it is laid out anew.
const compactAt = 64

// compact drops the places of removed trackers once they are the most, so that a group whose trackers
// come and go stays small.
func (g *Group) compact() {
	if g.removed < compactAt || int(g.removed)*2 < g.cells.Len() {
		return
	}
	kept := g.all()
	was, defs := *g, make([]*tracker.Definition, len(kept))
	g.cells, g.asides, g.removed = states.MakeTable(len(kept)), nil, 0
	for n, i := range kept {
		defs[n] = was.roster.at(i)
		s := was.state(i)
		g.write(n, &s)
	}
	g.rewrite(defs)
	g.markAll()
}

// Remove removes the named trackers, all of them when no name is given, with an event each. An unknown
// name is an ErrNotFound and removes none.
func (g *Group) Remove(names []string, now int64) (Effect, error) {
	places, err := g.places(names)
	if err != nil {
		return Effect{}, err
	}
	w := work{g: g, now: now}
	for _, i := range places {
		w.events = append(w.events, tracker.Event{Kind: tracker.EventRemoved, Definition: g.roster.at(i), State: g.state(i)})
		w.drop(int32(i))
	}
	return w.finish(), nil
}

// Reset resets the named trackers by hand, all or none; all of the group when no name is given.
func (g *Group) Reset(names []string, by tracker.ResetOptions, now int64) (Effect, error) {
	places, err := g.places(names)
	if err != nil {
		return Effect{}, err
	}
	w := work{g: g, now: now}
	states := make([]tracker.State, len(places))
	for n, i := range places {
		states[n], w.events, err = reset(g.roster.at(i), g.state(i), by, now, w.events)
		if err != nil {
			return Effect{}, fmt.Errorf("reset tracker %q of group %q: %w", g.roster.at(i).Name(), g.name, err)
		}
	}
	for n, i := range places {
		w.move(int32(i), &states[n], tracker.Changed)
		w.put(int32(i), &states[n])
	}
	return w.finish(), nil
}

func reset(d *tracker.Definition, s tracker.State, by tracker.ResetOptions, now int64, events []tracker.Event) (next tracker.State, _ []tracker.Event, err error) {
	defer contain(&err)
	return d.Reset(s, by, now, events)
}

// Edit changes one living tracker: definition and state become what change returns. An error changes
// nothing.
func (g *Group) Edit(name string, now int64, change Edit) (Effect, error) {
	i, ok := g.find(name)
	if !ok {
		return Effect{}, fmt.Errorf("tracker %q of group %q: %w", name, g.name, ErrNotFound)
	}
	was := g.roster.at(i)
	d, s, events, err := edit(change, was, g.state(i))
	if err != nil {
		return Effect{}, fmt.Errorf("change tracker %q of group %q: %w", name, g.name, err)
	}
	w := work{g: g, now: now, events: events}
	if d != was {
		g.exchange(i, d)
		g.markLayout(i)
	}
	w.move(int32(i), &s, tracker.Changed)
	w.settle(int32(i), &s)
	return w.finish(), nil
}

// Edit is a change by hand to one tracker.
type Edit func(*tracker.Definition, tracker.State) (*tracker.Definition, tracker.State, []tracker.Event, error)

func edit(change Edit, d *tracker.Definition, s tracker.State) (_ *tracker.Definition, _ tracker.State, _ []tracker.Event, err error) {
	defer contain(&err)
	return change(d, s)
}

// Sweep applies what the clock alone does at now: expiries and ends of windows.
func (g *Group) Sweep(now int64) Effect {
	w := work{g: g, now: now}
	for i := g.asides.after(-1); i != none; i = g.asides.after(i) {
		w.sweep(i)
	}
	due := g.dues()
	g.due = due
	if g.pending != nil && g.Exists() && due != g.recordedDue {
		w.changed = true // whoever keeps the group thinks it due still
	}
	return w.finish()
}

// Definitions are the definitions of the trackers that are there, in order.
func (g *Group) Definitions() []*tracker.Definition {
	defs := make([]*tracker.Definition, 0, g.Len())
	for _, i := range g.all() {
		defs = append(defs, g.roster.at(i))
	}
	return slices.Clip(defs)
}
