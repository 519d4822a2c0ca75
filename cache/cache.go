// Package cache is the port to hot state: where groups live while data comes in, and where calls on one
// group are put in order.
//
// A Cache decides when a Task runs and what is kept; a Task decides what happens. cache/cachetest holds
// every adapter to this contract.
package cache

import (
	"context"

	"github.com/dictrack/dictrack/group"
)

// Cache holds hot groups. But for Start, every method may be called from any goroutine, at the same time as others.
type Cache interface {
	// Start makes the cache ready; it is called once, before all else. The error says why the cache cannot
	// work, and what to do about it; then only Close is called.
	Start(ctx context.Context, h Deps) error

	// Update runs tasks, those of one group in their order and never two at once, and returns nil when
	// all are settled. A Task is settled only when what it did is kept as the cache promises: by the Backing,
	// or, when the cache is Ahead of it or there is none, by the cache itself. Nobody sees what is not kept.
	// Tasks of different groups succeed or fail apart from each other.
	//
	// When ctx ends first, tasks that were not begun are settled with its error and do nothing. Is any
	// under way, Update returns an error that is ErrUnknown as well as ctx's; those tasks are settled
	// later, and are not applied again, so what Apply reads may be used otherwise.
	Update(ctx context.Context, tasks []Task) error

	// DeleteExpiredIDs drops ids whose expiry is at or before now, in Unix milliseconds, from what the cache itself
	// keeps.
	DeleteExpiredIDs(ctx context.Context, now int64) error

	// Groups returns at most limit names, in bytewise order, after the name given ("" for the first), of the
	// groups that the Backing may not know. Without a Backing these are all there are.
	Groups(ctx context.Context, after string, limit int) ([]string, error)

	// Flush runs then while no Task is running, and drops every group and id whatever then
	// says. Afterwards the versions of new groups start no lower than any before.
	Flush(ctx context.Context, then func() error) error

	// Close waits until the tasks under way are settled and, by a cache that is Ahead, until the Backing has
	// what this process did; or until ctx ends. Later calls settle with ErrClosed.
	Close(ctx context.Context) error
}

// WriteBehind is a Cache that settles tasks before the Backing has what they did, and brings it there by and by. What the
// Backing does not know yet, the cache tells.
type WriteBehind interface {
	Cache

	// Due returns at most limit groups that the clock changes at or before until, in Unix milliseconds, the
	// earliest first, of those whose due time the Backing may not know.
	Due(ctx context.Context, until int64, limit int) ([]Due, error)

	// Sync returns when the Backing has all that was settled before the call. Without a Backing there is
	// nothing to do. The error says which groups could not be brought there; they stay in the cache.
	Sync(ctx context.Context) error
}

// Due says when the clock changes a group.
type Due struct {
	Group string
	At    int64 // Unix milliseconds
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
	Apply(g *group.Group, seen *group.MessageID) (remember *group.MessageID)
	// Done ends the Task: err is nil when what Apply did is kept. The calls for one group come in the
	// order of their commits. Settled must not call the cache.
	Done(err error)
}
