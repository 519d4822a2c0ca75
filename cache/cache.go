// Package cache is the port to hot state: where groups live while messages come in, and where calls on one group are
// put in order.
//
// A Cache decides when a Task runs and where its effect is stored; a Task decides what happens. Package cachetest holds
// every adapter to this contract.
package cache

import (
	"context"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
)

// Cache holds hot groups. Every method but Start may be called from any goroutine, concurrently with others.
type Cache interface {
	// Start prepares the cache. It is called once, before any other method. An error says why the cache cannot work and
	// what to do about it; then only Close is called.
	Start(ctx context.Context, d Deps) error

	// Update runs tasks and returns nil when all are done. Tasks of one group run in their order and never two at once. A
	// Task is done only when its effect is stored as the cache promises: in the BackingStore, or, if the cache is a
	// WriteBehind or has no BackingStore, in the cache itself. Nobody sees an effect that is not stored. Tasks of
	// different groups succeed or fail independently.
	//
	// When ctx ends first, tasks that had not started are done with its error and have no effect. If a task had started,
	// Update returns an error that matches both ErrUnknown and ctx.Err(). Such a task completes later; Apply is not called
	// again, so the caller may reuse what Apply reads.
	Update(ctx context.Context, tasks []Task) error

	// DeleteExpiredIDs deletes the message ids that the cache itself stores and that expire at or before now, in Unix
	// milliseconds.
	DeleteExpiredIDs(ctx context.Context, now int64) error

	// Groups returns the names of at most limit groups that the BackingStore may not have, in bytewise order, from the
	// first one after the name given ("" for the beginning). Without a BackingStore these are all groups.
	Groups(ctx context.Context, after string, limit int) ([]string, error)

	// Flush deletes every group and message id. It calls then while no Task is running, and deletes whatever then
	// returns; the error is that of then, or its own. Afterwards new groups start from versions no lower than any before.
	Flush(ctx context.Context, then func() error) error

	// Close waits until the running tasks are done and, in a WriteBehind, until the BackingStore has what this process
	// changed; or until ctx ends. Tasks of later calls are done with record.ErrClosed.
	Close(ctx context.Context) error
}

// WriteBehind is a Cache whose tasks are done before the BackingStore has their effect, which it writes back later. It
// lists what the BackingStore does not have yet.
type WriteBehind interface {
	Cache

	// Due returns at most limit groups that the clock changes at or before until, in Unix milliseconds, the earliest
	// first, among those whose due time the BackingStore may not have.
	Due(ctx context.Context, until int64, limit int) ([]record.Due, error)

	// Sync waits until the BackingStore has everything that was done before the call. Without a BackingStore it does
	// nothing. The error names the groups that could not be written; they stay in the cache.
	Sync(ctx context.Context) error
}

// Task is one call on one group. The cache calls its methods one at a time.
type Task interface {
	// Group returns the name of the group.
	Group() string
	// ID returns the message id, which makes the call take effect once; empty for none.
	ID() string
	// Apply does the work. It may change g, and must not retain it. Seen is the record of the message id, nil if there is
	// none. Apply returns the record to store with the change, nil for none. It may be called again, on another state of
	// the group, when a commit lost a compare-and-set; only the last call counts.
	Apply(g *group.Group, seen *record.MessageID) (remember *record.MessageID)
	// Done ends the Task. Err is nil when the effect of Apply is stored. The calls for one group come in the order of
	// their commits. Done must not call the cache.
	Done(err error)
}
