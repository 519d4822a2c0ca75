// Package cache is the port to hot state: where groups live while data comes in, and where calls on one
// group are put in order.
//
// A Cache decides when a Task runs and what is kept; a Task decides what happens. cache/cachetest holds
// every adapter to this contract.
package cache

import (
	"context"
	"errors"

	"github.com/dictrack/dictrack/group"
)

// Cache holds hot groups. Every method may be called from any goroutine, at the same time as others.
type Cache interface {
	// Update runs tasks, those of one group in their order and never two at once, and returns nil when
	// all are settled. A Task is settled only when what it did is kept as the Backing promises (a nil
	// Backing: as this cache itself promises), and nobody sees what is not. Tasks of different groups
	// succeed or fail apart from each other.
	//
	// All calls with a Backing pass the same one.
	//
	// When ctx ends first, tasks that were not begun are settled with its error and do nothing. Is any
	// under way, Update returns an error that is ErrUnknown as well as ctx's; those tasks are settled
	// later, and are not applied again, so what Apply reads may be used otherwise.
	Update(ctx context.Context, b Backing, tasks []Task) error

	// Forget drops ids whose expiry is at or before now, in Unix milliseconds, from what the cache itself
	// keeps.
	Forget(now int64)

	// Names returns the groups that a cache without a Backing keeps, in no order; one with a Backing
	// answers nothing, since the Backing knows them all.
	Names() []string

	// Flush runs then while no Task of a Backing is running, and drops every group and id whatever then
	// says. Afterwards the versions of new groups start no lower than any before.
	Flush(ctx context.Context, then func() error) error

	// Close waits until the tasks under way are settled, or ctx ends. Later calls settle with ErrClosed.
	Close(ctx context.Context) error
}

// Task is one call on one group. The cache calls its methods one at a time.
type Task interface {
	// Group names the group.
	Group() string
	// ID is the id that makes the call happen once; empty for none.
	ID() string
	// Apply does the work. It may change g, and must not keep it. Seen is what is remembered of the ID,
	// nil if nothing. It returns what to remember with the change, nil for nothing. Apply may be called
	// again, on another state of the group, when a commit turned out to be too late; only the last call
	// counts.
	Apply(g *group.Group, seen *group.Seen) (remember *group.Seen)
	// Settled ends the Task: err is nil when what Apply did is kept. The calls for one group come in the
	// order of their commits. Settled must not call the cache.
	Settled(err error)
}

// Backing is where a cache's groups come from and where changes are kept.
type Backing interface {
	// Load returns a group as it is kept, for the cache to own.
	Load(ctx context.Context, name string) (*group.Group, error)
	// Seen looks up an id of a group.
	Seen(ctx context.Context, name, id string) (group.Seen, bool, error)
	// Persist keeps the changes of distinct groups. The error may be a Conflict for some of them; any
	// other leaves the outcome of all unknown.
	Persist(ctx context.Context, changes []*group.Change) error
}

// ErrUnknown says that it is not known whether the call took effect: it did so wholly, or not at all.
// Only a call with an id can safely be made again.
var ErrUnknown = errors.New("the outcome is unknown: it took effect wholly or not at all; retry with the same id")

// ErrClosed says that the cache was closed; the call did nothing.
var ErrClosed = errors.New("closed; no more calls are taken")

// Conflict is an error of Persist that names the groups whose changes came too late, while those of the
// others were kept.
type Conflict interface {
	error
	Conflicted(group string) bool
}
