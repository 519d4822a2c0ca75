package group

import (
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// state is the state of the tracker at a place.
func (g *Group) state(place int) tracker.State {
	c := g.states.At(place)
	if !c.HasOverflow() {
		return c.State(states.Overflow{})
	}
	return c.State(g.overflow.get(int32(place)))
}

// appendState appends the state of a tracker that is enlisted.
func (g *Group) appendState(s *tracker.State) {
	g.states.Append(states.RemovedPacked())
	g.writeState(g.states.Len()-1, s)
}

// writeState installs a state.
func (g *Group) writeState(place int, s *tracker.State) {
	cell, beside := states.Pack(s)
	if !beside.Empty() || g.states.HasOverflow(place) {
		if g.overflow == nil {
			g.overflow = &overflowTable{}
		}
		g.overflow.set(int32(place), beside)
	}
	g.states.Set(place, cell)
}

// setState installs a state and notes that it changed.
func (g *Group) setState(place int, s *tracker.State) {
	g.writeState(place, s)
	g.markState(place)
	if s.Extra != nil {
		g.due = min(g.due, g.list.at(place).Due(s))
	}
}

// removeAt marks the place of a tracker that is gone.
func (g *Group) removeAt(place int) {
	if !g.states.Removed(place) {
		g.removedCount++
	}
	g.setState(place, &tracker.State{Removed: true, Stage: 1, Cycle: 1})
}

// nextDue is the first moment at which the clock changes a tracker.
func (g *Group) nextDue() int64 {
	due := int64(limiter.Never)
	for place := g.overflow.next(-1); place != noIndex; place = g.overflow.next(place) {
		s := g.state(int(place))
		due = min(due, g.list.at(int(place)).Due(&s))
	}
	return due
}

// indexes are the places of the trackers that are there.
func (g *Group) indexes() []int {
	places := make([]int, 0, g.Len())
	for place := range g.states.Len() {
		if !g.states.Removed(place) {
			places = append(places, place)
		}
	}
	return places
}
