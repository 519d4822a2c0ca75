// Package oracle is dictrack once more, written from the contract alone: plain, slow, and sharing no code with the
// engine. What both say alike is taken for right. Definitions and data come in their JSON form; trackers and events
// go out as lines of text. Nothing here is safe for two goroutines.
package oracle

import (
	"encoding/json"
	"slices"
)

// World is all groups.
type World struct {
	Groups   map[string]*Group
	Template []map[string]any // what a group gets with its first data
	Window   int64            // how long ids are remembered, in milliseconds
}

// Group is the trackers of one group.
type Group struct {
	Trackers []*Tracker
	Known    bool // it had a tracker or data
	fed      bool
	ids      map[string]seen
}

type seen struct {
	data    string
	expires int64
}

// Errors that an operation may end in.
const (
	Fine      = ""
	Reused    = "id reused"
	Exists    = "exists"
	NotFound  = "not found"
	Completed = "completed"
	Invalid   = "invalid"
)

// Answer is what an operation did.
type Answer struct {
	Error     string
	Duplicate bool
	Events    []string
	Outcomes  map[string]string // of Track, by tracker; those not named are the same
}

// New is an empty world.
func New(window int64) *World { return &World{Groups: map[string]*Group{}, Window: window} }

// Group finds a group, which nobody may know.
func (w *World) Group(name string) *Group {
	g := w.Groups[name]
	if g == nil {
		g = &Group{ids: map[string]seen{}}
		w.Groups[name] = g
	}
	return g
}

// Lines describes all trackers of a group, in order.
func (g *Group) Lines() []string {
	lines := make([]string, len(g.Trackers))
	for i, t := range g.Trackers {
		lines[i] = t.Line()
	}
	return lines
}

// Track applies data at now; ids go by clock. All times are Unix milliseconds.
func (w *World) Track(name string, data map[string]any, now, clock int64, id string) Answer {
	g := w.Group(name)
	text, err := json.Marshal(data)
	if err != nil {
		return Answer{Error: Invalid}
	}
	if s, ok := g.ids[id]; ok && clock < s.expires {
		if s.data != string(text) {
			return Answer{Error: Reused}
		}
		return Answer{Duplicate: true}
	}
	if id != "" {
		g.ids[id] = seen{string(text), clock + w.Window}
	}
	answer := Answer{Outcomes: map[string]string{}}
	fresh := g.template(w.Template, now)
	if g.Known || id != "" || len(w.Template) > 0 {
		g.fed, g.Known = true, true
	}
	for _, t := range slices.Clone(g.Trackers) {
		if fresh[t] {
			answer.Events = append(answer.Events, t.event("ADDED", "", 0))
		}
		gone, held, events := t.clock(now)
		answer.Events = append(answer.Events, events...)
		switch {
		case gone:
			g.drop(t)
		case held:
			answer.Outcomes[t.Name] = "limited"
		default:
			answer.Outcomes[t.Name], events = t.feed(data, now)
			answer.Events = append(answer.Events, events...)
			g.dropDone(t, events)
		}
	}
	return answer
}

// template gives the group what it gets with its first data.
func (g *Group) template(defs []map[string]any, now int64) (fresh map[*Tracker]bool) {
	fresh = map[*Tracker]bool{}
	for _, def := range defs {
		if t, _ := start(def, now, true); !g.fed && g.Find(t.Name) == nil {
			g.Trackers = append(g.Trackers, t)
			fresh[t] = true
		}
	}
	return fresh
}

// Find finds a tracker; nil for none.
func (g *Group) Find(name string) *Tracker {
	for _, t := range g.Trackers {
		if t.Name == name {
			return t
		}
	}
	return nil
}

func (g *Group) drop(t *Tracker) {
	g.Trackers = slices.DeleteFunc(g.Trackers, func(other *Tracker) bool { return other == t })
}

// dropDone drops a tracker that something just happened to, if it is completed and not kept.
func (g *Group) dropDone(t *Tracker, events []string) {
	if t.completed && !t.keep && len(events) > 0 {
		g.drop(t)
	}
}

// Sweep does what the clock does to a group.
func (w *World) Sweep(name string, now int64) (events []string) {
	g := w.Group(name)
	for _, t := range slices.Clone(g.Trackers) {
		gone, _, happened := t.clock(now)
		events = append(events, happened...)
		if gone {
			g.drop(t)
		}
	}
	return events
}

// Add adds trackers, all or none.
func (w *World) Add(name string, now int64, defs ...map[string]any) (answer Answer) {
	if len(defs) == 0 {
		return Answer{Error: Invalid}
	}
	g := w.Group(name)
	var added []*Tracker
	for _, def := range defs {
		t, ok := start(def, now, false)
		clash := func(other *Tracker) bool { return other.Name == def["name"] }
		switch {
		case slices.ContainsFunc(g.Trackers, clash) || slices.ContainsFunc(added, clash):
			return Answer{Error: Exists}
		case !ok:
			return Answer{Error: Invalid}
		}
		added = append(added, t)
		answer.Events = append(answer.Events, t.event("ADDED", "", 0))
	}
	g.Known = g.Known || len(added) > 0
	g.Trackers = append(g.Trackers, added...)
	return answer
}

// named are the trackers of these names, all when there are none; nil when one is not there.
func (g *Group) named(names []string) (found []*Tracker) {
	if len(names) == 0 {
		return append([]*Tracker{}, g.Trackers...)
	}
	for _, name := range names {
		t := g.Find(name)
		if t == nil {
			return nil
		}
		if !slices.Contains(found, t) {
			found = append(found, t)
		}
	}
	return found
}

// Remove removes the named trackers, all when no name is given.
func (w *World) Remove(name string, names ...string) (answer Answer) {
	g := w.Group(name)
	found := g.named(names)
	if found == nil {
		return Answer{Error: NotFound}
	}
	for _, t := range found {
		answer.Events = append(answer.Events, t.event("REMOVED", "", 0))
		g.drop(t)
	}
	return answer
}

// Reset resets the named trackers, all when no name is given.
func (w *World) Reset(name string, by Reset, now int64, names ...string) (answer Answer) {
	found := w.Group(name).named(names)
	switch {
	case found == nil:
		return Answer{Error: NotFound}
	case by.Limit != nil && *by.Limit < 0 && len(found) > 0:
		return Answer{Error: Invalid}
	}
	for _, t := range found {
		answer.Events = append(answer.Events, t.reset(by, now)...)
	}
	return answer
}
