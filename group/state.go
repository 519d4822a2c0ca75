package group

import (
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// state returns the state of the tracker at an index.
func (g *Group) state(index int) tracker.State {
	packed := g.states.At(index)
	if !packed.HasOverflow() {
		return packed.State(states.Overflow{})
	}
	return packed.State(g.overflow.get(int32(index)))
}

// appendState appends the state of a new tracker.
func (g *Group) appendState(s *tracker.State) {
	g.states.Append(states.RemovedPacked())
	g.writeState(g.states.Len()-1, s)
}

// writeState stores a state, and records no change.
func (g *Group) writeState(index int, s *tracker.State) {
	packed, overflow := states.Pack(s)
	if !overflow.Empty() || g.states.HasOverflow(index) {
		if g.overflow == nil {
			g.overflow = &overflowTable{}
		}
		g.overflow.set(int32(index), overflow)
	}
	g.states.Set(index, packed)
}

// setState stores a state, and records that it changed.
func (g *Group) setState(index int, s *tracker.State) {
	g.writeState(index, s)
	g.markState(index)
	if s.Extra != nil {
		g.due = min(g.due, g.list.at(index).Due(s))
	}
}

// removeAt marks the tracker at an index as removed.
func (g *Group) removeAt(index int) {
	if !g.states.Removed(index) {
		g.removedCount++
	}
	g.setState(index, &tracker.State{Removed: true, Stage: 1, Cycle: 1})
}

// nextDue returns the first time, in Unix milliseconds, at which the clock changes a tracker.
func (g *Group) nextDue() int64 {
	due := int64(limiter.Never)
	for index := g.overflow.next(-1); index != noIndex; index = g.overflow.next(index) {
		s := g.state(int(index))
		due = min(due, g.list.at(int(index)).Due(&s))
	}
	return due
}

// indexes returns the indexes of all trackers that were not removed.
func (g *Group) indexes() []int {
	indexes := make([]int, 0, g.Len())
	for index := range g.states.Len() {
		if !g.states.Removed(index) {
			indexes = append(indexes, index)
		}
	}
	return indexes
}
