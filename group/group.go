// Package group holds the unit of atomicity and order: the trackers of one group and what one call does
// to all of them. It is pure; whoever owns a Group decides what is kept and who is told.
package group

import (
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// Group is the trackers of one group, in the order they were added. Its methods change it in place, so
// it has one owner at a time; nothing in it is safe for two goroutines at once.
type Group struct {
	// What every call looks at comes first, so that it is together in memory.

	// roster and cells run in parallel. A tracker that is removed keeps its place, so that groups which started
	// with the same definitions go on sharing one compiled set.
	states       states.Table
	program         *states.Program // compiled from the first set.Len() definitions; nil at first
	version     uint64
	due         int64    // no later than the first moment at which the clock changes something
	pending     *Pending // nil when nobody asks what changed
	removedCount     int32    // trackers that were removed
	initialized bool     // data has been tracked: templates were given
	namesStale     bool     // added has still to be filled
	mutable     bool     // set is the group's own and takes in more
	list      definitionList
	overflow      *overflowTable // what does not fit the cells

	name        string
	recordedDue int64           // the due time that was last recorded or restored
	names       match.NameIndex // of the definitions that set does not cover
}

// New is a group nobody has seen before. Its version starts at floor, so that versions never restart
// when everything was flushed.
func New(name string, floor uint64) *Group {
	g := &Group{}
	g.Init(name, floor)
	return g
}

// Init makes g what New returns, whatever it was: for a Group that is part of something larger.
func (g *Group) Init(name string, floor uint64) {
	*g = Group{name: name, version: floor, due: limiter.Never, recordedDue: limiter.Never}
}

// Name is the name of the group.
func (g *Group) Name() string { return g.name }

// Version counts the commits.
func (g *Group) Version() uint64 { return g.version }

// Due is no later than the first moment, in Unix milliseconds, at which the clock alone changes
// something; limiter.Never if nothing does.
func (g *Group) Due() int64 { return g.due }

// Exists tells whether the group ever had a tracker or data.
func (g *Group) Exists() bool { return g.initialized || g.states.Len() > 0 }

// Initialized tells whether the group has had data, and with it its templates' trackers.
func (g *Group) Initialized() bool { return g.initialized }

// Len is the number of trackers.
func (g *Group) Len() int { return g.states.Len() - int(g.removedCount) }

// ErrExists says that a tracker of that name is in the group already.
var ErrExists = errors.New("a tracker of that name exists in the group")

// ErrNotFound says that the group has no tracker of that name.
var ErrNotFound = errors.New("no tracker of that name in the group")

// Snapshots describes the named trackers, all of them when no name is given. An unknown name is an
// ErrNotFound.
func (g *Group) Snapshots(names ...string) ([]tracker.Snapshot, error) {
	places, err := g.indexesOf(names)
	if err != nil {
		return nil, err
	}
	snaps := make([]tracker.Snapshot, len(places))
	for n, i := range places {
		snaps[n] = g.list.at(i).Snapshot(g.name, g.state(i))
	}
	return snaps, nil
}

// indexesOf are the indexes of the named trackers, each once, of all that are there when no name is given.
func (g *Group) indexesOf(names []string) ([]int, error) {
	if len(names) == 0 {
		return g.indexes(), nil
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
