// Package group implements the unit of atomicity and order: the trackers of one group, and what one call does to all
// of them. It does no input or output; the owner of a Group persists its changes and delivers its events.
package group

import (
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/limiter"
)

// Group is the trackers of one group, in the order they were added. Its methods change it in place. It is not safe for
// concurrent use.
type Group struct {
	// The fields that every call reads come first, so that they share cache lines.

	// list and states run in parallel. A tracker that is removed keeps its index, so that groups which started with
	// the same definitions go on sharing one program.
	states       states.Table
	program      *states.Program // compiled from the first program.Len() definitions; nil at first
	version      uint64
	due          int64    // a lower bound of the first time at which the clock changes something
	pending      *Pending // nil unless changes are recorded
	removedCount int32    // of trackers that were removed and still have an index
	initialized  bool     // the group has had a message, so its templates were applied
	namesStale   bool     // names must be rebuilt before it is read
	mutable      bool     // program belongs to this group alone, and definitions can be inserted
	list         definitionList
	overflow     *overflowTable // what does not fit in states

	name        string
	recordedDue int64           // the due time that was last recorded or restored
	names       match.NameIndex // of the definitions that program does not contain
}

// New returns a group that does not exist yet: it has no trackers and has had no messages. Its version starts at
// baseVersion, so that versions do not start over when everything was deleted.
func New(name string, baseVersion uint64) *Group {
	g := &Group{}
	g.Init(name, baseVersion)
	return g
}

// Init resets g to what New returns. It serves a Group that is embedded in a larger structure.
func (g *Group) Init(name string, baseVersion uint64) {
	*g = Group{name: name, version: baseVersion, due: limiter.Never, recordedDue: limiter.Never}
}

// Name returns the name of the group.
func (g *Group) Name() string { return g.name }

// Version returns the version, which every commit raises by one.
func (g *Group) Version() uint64 { return g.version }

// Due returns a lower bound of the first time, in Unix milliseconds, at which the clock alone changes something;
// limiter.Never if nothing ever does.
func (g *Group) Due() int64 { return g.due }

// Exists reports whether the group ever had a tracker or a message.
func (g *Group) Exists() bool { return g.initialized || g.states.Len() > 0 }

// Initialized reports whether the group has had a message, and so the trackers of its templates.
func (g *Group) Initialized() bool { return g.initialized }

// Len returns the number of trackers.
func (g *Group) Len() int { return g.states.Len() - int(g.removedCount) }
