// Package group holds the unit of atomicity and order: the trackers of one group and what one call does
// to all of them. It is pure; whoever owns a Group decides what is kept and who is told.
package group

import (
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// Group is the trackers of one group, in the order they were added. Its methods change it in place, so
// it has one owner at a time; nothing in it is safe for two goroutines at once.
type Group struct {
	name    string
	version uint64
	fed     bool  // data has been tracked: templates were given
	due     int64 // no later than the first moment at which the clock changes something
	kept    int64 // the due time that was last recorded or restored
	gone    int   // states that are Removed

	// defs and states run in parallel. A Removed state keeps its place, so that groups which started
	// with the same definitions go on sharing one compiled set.
	defs   []*tracker.Definition
	states []tracker.State

	set   *match.Set     // compiled from defs[:set.Len()]; nil at first
	added map[string]int // names of defs that set does not cover
	owned bool           // defs is not shared with a set

	record *Change // nil when nobody asks what changed
}

// Compiler makes, or finds, the compiled set of a list of definitions. The Group hands defs over.
type Compiler func(defs []*tracker.Definition) *match.Set

// New is a group nobody has seen before. Its version starts at floor, so that versions never restart
// when everything was flushed.
func New(name string, floor uint64) *Group {
	return &Group{name: name, version: floor, due: limiter.Never, kept: limiter.Never}
}

// Name is the name of the group.
func (g *Group) Name() string { return g.name }

// Version counts the commits.
func (g *Group) Version() uint64 { return g.version }

// Due is no later than the first moment, in Unix milliseconds, at which the clock alone changes
// something; limiter.Never if nothing does.
func (g *Group) Due() int64 { return g.due }

// Known tells whether the group ever had a tracker or data.
func (g *Group) Known() bool { return g.fed || len(g.defs) > 0 }

// Fed tells whether the group has had data, and with it its templates' trackers.
func (g *Group) Fed() bool { return g.fed }

// Len is the number of trackers.
func (g *Group) Len() int { return len(g.defs) - g.gone }

// ErrExists says that a tracker of that name is in the group already.
var ErrExists = errors.New("a tracker of that name exists in the group")

// ErrNotFound says that the group has no tracker of that name.
var ErrNotFound = errors.New("no tracker of that name in the group")

// find returns the place of a tracker that is there.
func (g *Group) find(name string) (int, bool) {
	i, ok := g.added[name]
	if !ok && g.set != nil {
		i, ok = g.set.Index(name)
	}
	if !ok || g.states[i].Removed {
		return 0, false
	}
	return i, true
}

// Snapshots describes the named trackers, all of them when no name is given. An unknown name is an
// ErrNotFound.
func (g *Group) Snapshots(names ...string) ([]tracker.Snapshot, error) {
	places, err := g.places(names)
	if err != nil {
		return nil, err
	}
	snaps := make([]tracker.Snapshot, len(places))
	for n, i := range places {
		snaps[n] = g.defs[i].Snapshot(g.name, g.states[i])
	}
	return snaps, nil
}

// places are the indexes of the named trackers, each once, of all that are there when no name is given.
func (g *Group) places(names []string) ([]int, error) {
	if len(names) == 0 {
		return g.all(), nil
	}
	places := make([]int, 0, len(names))
	named := make(map[int]bool, len(names))
	for _, name := range names {
		i, ok := g.find(name)
		if !ok {
			return nil, fmt.Errorf("tracker %q of group %q: %w", name, g.name, ErrNotFound)
		}
		if !named[i] {
			named[i] = true
			places = append(places, i)
		}
	}
	return places, nil
}

func (g *Group) all() []int {
	places := make([]int, 0, g.Len())
	for i := range g.states {
		if !g.states[i].Removed {
			places = append(places, i)
		}
	}
	return places
}

// compiled is the set of all definitions.
func (g *Group) compiled(compile Compiler) *match.Set {
	if g.set == nil || g.set.Len() < len(g.defs) {
		g.set = compile(g.defs)
		g.defs = g.set.Definitions()
		g.added, g.owned = nil, false
	}
	return g.set
}

// own makes defs safe to change in place.
func (g *Group) own() {
	if !g.owned {
		g.defs = append(make([]*tracker.Definition, 0, len(g.defs)+1), g.defs...)
		g.owned = true
	}
}
