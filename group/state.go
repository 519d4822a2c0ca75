package group

import (
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// state is the state of the tracker at a place.
func (g *Group) state(place int) tracker.State {
	c := g.cells.At(place)
	if !c.HasOverflow() {
		return c.State(states.Overflow{})
	}
	return c.State(g.asides.of(int32(place)))
}

// join appends the state of a tracker that is enlisted.
func (g *Group) join(s *tracker.State) {
	g.cells.Append(states.RemovedPacked())
	g.write(g.cells.Len()-1, s)
}

// write installs a state.
func (g *Group) write(place int, s *tracker.State) {
	cell, beside := states.Pack(s)
	if !beside.Empty() || g.cells.HasOverflow(place) {
		if g.asides == nil {
			g.asides = &asides{}
		}
		g.asides.set(int32(place), beside)
	}
	g.cells.Set(place, cell)
}

// put installs a state and notes that it changed.
func (g *Group) put(place int, s *tracker.State) {
	g.write(place, s)
	g.markState(place)
	if s.Extra != nil {
		g.due = min(g.due, g.roster.at(place).Due(s))
	}
}

// drop marks the place of a tracker that is gone.
func (g *Group) drop(place int) {
	if !g.cells.Removed(place) {
		g.removed++
	}
	g.put(place, &tracker.State{Removed: true, Stage: 1, Cycle: 1})
}

// dues is the first moment at which the clock changes a tracker.
func (g *Group) dues() int64 {
	due := int64(limiter.Never)
	for place := g.asides.after(-1); place != none; place = g.asides.after(place) {
		s := g.state(int(place))
		due = min(due, g.roster.at(int(place)).Due(&s))
	}
	return due
}

// all are the places of the trackers that are there.
func (g *Group) all() []int {
	places := make([]int, 0, g.Len())
	for place := range g.cells.Len() {
		if !g.cells.Removed(place) {
			places = append(places, place)
		}
	}
	return places
}
