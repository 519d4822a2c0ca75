package group

import (
	"fmt"
	"slices"

	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// put installs a state and notes that it changed.
func (g *Group) put(i int, s tracker.State) {
	if s.Removed && !g.states[i].Removed {
		g.gone++
	}
	g.states[i] = s
	g.touched(i)
	if s.Extra != nil {
		g.due = min(g.due, g.defs[i].Due(&s))
	}
}

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
	for n, d := range defs {
		w.append(d, states[n])
	}
	return w.finish(), nil
}

func (w *work) append(d *tracker.Definition, s tracker.State) {
	g := w.g
	i := len(g.states)
	g.own()
	g.defs, g.states = append(g.defs, d), append(g.states, s)
	if g.added == nil {
		g.added = map[string]int{}
	}
	g.added[d.Name()] = i
	g.relaid(i)
	w.put(int32(i), s) // #nosec G115 -- a group never has that many trackers
	w.events = append(w.events, tracker.Event{Kind: tracker.Added, Definition: d, State: s})
}

// compactAt is how many removed trackers a group carries along at least before it is laid out anew.
const compactAt = 64

// compact drops the places of removed trackers once they are the most, so that a group whose trackers
// come and go stays small.
func (g *Group) compact() {
	if g.gone < compactAt || g.gone*2 < len(g.states) {
		return
	}
	kept := g.all()
	defs, states := make([]*tracker.Definition, len(kept)), make([]tracker.State, len(kept))
	for n, i := range kept {
		defs[n], states[n] = g.defs[i], g.states[i]
	}
	g.defs, g.states, g.owned, g.gone = defs, states, true, 0
	g.set, g.added = nil, make(map[string]int, len(defs))
	for i, d := range defs {
		g.added[d.Name()] = i
	}
	g.rewritten()
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
		if g.states[i].Removed { // named twice
			continue
		}
		w.events = append(w.events, tracker.Event{Kind: tracker.Removed, Definition: g.defs[i], State: g.states[i]})
		w.put(int32(i), tracker.State{Removed: true, Stage: 1, Cycle: 1}) // #nosec G115 -- see append
	}
	return w.finish(), nil
}

// Reset resets the named trackers by hand, all or none; all of the group when no name is given.
func (g *Group) Reset(names []string, by tracker.ResetBy, now int64) (Effect, error) {
	places, err := g.places(names)
	if err != nil {
		return Effect{}, err
	}
	w := work{g: g, now: now}
	states := make([]tracker.State, len(places))
	for n, i := range places {
		states[n], w.events, err = reset(g.defs[i], g.states[i], by, now, w.events)
		if err != nil {
			return Effect{}, fmt.Errorf("reset tracker %q of group %q: %w", g.defs[i].Name(), g.name, err)
		}
	}
	for n, i := range places {
		w.moved(i, states[n])
	}
	return w.finish(), nil
}

// moved installs a state that a call by hand led to.
func (w *work) moved(i int, s tracker.State) {
	w.moves = append(w.moves, Move{s, int32(i), tracker.Changed})
	w.put(int32(i), s) // #nosec G115 -- see append
}

func reset(d *tracker.Definition, s tracker.State, by tracker.ResetBy, now int64, events []tracker.Event) (next tracker.State, _ []tracker.Event, err error) {
	defer contain(&err)
	return d.ResetState(s, by, now, events)
}

// Edit changes one living tracker: definition and state become what change returns. An error changes
// nothing.
func (g *Group) Edit(name string, now int64, change Edit) (Effect, error) {
	i, ok := g.find(name)
	if !ok {
		return Effect{}, fmt.Errorf("tracker %q of group %q: %w", name, g.name, ErrNotFound)
	}
	d, s, events, err := edit(change, g.defs[i], g.states[i])
	if err != nil {
		return Effect{}, fmt.Errorf("change tracker %q of group %q: %w", name, g.name, err)
	}
	w := work{g: g, now: now, events: events}
	if d != g.defs[i] {
		g.replace(i, d)
	}
	completed := s.Completed && !d.Keep()
	w.moves = append(w.moves, Move{s, int32(i), tracker.Changed})
	if completed {
		s = tracker.State{Removed: true, Stage: 1, Cycle: 1}
	}
	w.put(int32(i), s) // #nosec G115 -- see append
	return w.finish(), nil
}

// Edit is a change by hand to one tracker.
type Edit func(*tracker.Definition, tracker.State) (*tracker.Definition, tracker.State, []tracker.Event, error)

func edit(change Edit, d *tracker.Definition, s tracker.State) (_ *tracker.Definition, _ tracker.State, _ []tracker.Event, err error) {
	defer contain(&err)
	return change(d, s)
}

// replace gives tracker i another definition, of the same name.
func (g *Group) replace(i int, d *tracker.Definition) {
	g.defs, g.owned = slices.Clone(g.defs), true // effects may still look into the old one
	g.defs[i] = d
	g.relaidOne(i)
	g.set, g.added = nil, make(map[string]int, len(g.defs))
	for at, d := range g.defs {
		g.added[d.Name()] = at
	}
}

// Sweep applies what the clock alone does at now: expiries and ends of windows.
func (g *Group) Sweep(now int64) Effect {
	w := work{g: g, now: now}
	due := int64(limiter.Never)
	for i := range g.states {
		if !g.states[i].Removed {
			w.sweep(int32(i)) // #nosec G115 -- see append
		}
		due = min(due, g.defs[i].Due(&g.states[i]))
	}
	g.due = due
	if g.record != nil && g.Known() && due != g.kept {
		w.changed = true // whoever keeps the group thinks it due still
	}
	return w.finish()
}

// Definitions are the definitions of the trackers that are there, in order.
func (g *Group) Definitions() []*tracker.Definition {
	defs := make([]*tracker.Definition, 0, g.Len())
	for _, i := range g.all() {
		defs = append(defs, g.defs[i])
	}
	return slices.Clip(defs)
}
