package writebehind

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/internal/gate"
	"github.com/dictrack/dictrack/internal/mailbox"
	"github.com/dictrack/dictrack/record"
)

// Cache is a write-behind cache in memory. Make it with New. It needs a store.
//
// A call returns when it was applied to the group in memory. The store has the change at most Options.MaxDelay later,
// while it keeps up. When the process ends without Close, completed calls may be missing: those of the last
// Options.MaxDelay, and at most Options.MaxPending. While the store is slow or fails, calls go on until so many are
// unwritten, however old they are.
//
// What is missing is always the last calls of a group: each group is back at a version that it had. The message ids of
// missing calls are missing too, so such a message counts once when it is sent again. Versions of missing calls are given
// again, and with them the ids of events that listeners have received.
//
// The cache must be the only writer of its store. When another process wrote a group, the unwritten calls of that group
// are lost. This is logged, and from then on each call on the group fails with a ConflictingWriterError, until Flush or
// until another cache is opened.
type Cache struct {
	options Options
	calls   gate.Gate     // entered by calls; Close closes it
	flush   chan struct{} // capacity 1: held by a Flush

	entries  entryMap
	credits  credits
	writer   writer
	executor executor

	// ctx ends with Close, and with it what the store is asked to do.
	ctx  context.Context
	stop context.CancelFunc
}

var _ cache.WriteBehind = (*Cache)(nil)

// New returns an empty cache. Start returns an error if the options are invalid.
func New(o Options) *Cache {
	c := &Cache{options: o, flush: make(chan struct{}, 1)}
	c.ctx, c.stop = context.WithCancel(context.Background())
	c.entries.init(o.limits())
	c.writer.entries, c.writer.credits = &c.entries, &c.credits
	c.writer.queue.init()
	c.executor.entries, c.executor.credits, c.executor.writer = &c.entries, &c.credits, &c.writer
	return c
}

// Start implements cache.Cache.
func (c *Cache) Start(ctx context.Context, d cache.Deps) error {
	o, err := c.options.withDefaults()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return err
	}
	if d.BackingStore == nil {
		return errors.New("a write-behind cache needs a store: set one, or use memorycache.New for groups in memory only")
	}
	c.credits.limit = int64(o.MaxPending)
	c.executor.start(c.ctx, d.BackingStore)
	c.writer.start(c.ctx, d, o.MaxDelay)
	return nil
}

// Update implements cache.Cache. It always returns nil: all a task has to wait for comes before it is applied.
func (c *Cache) Update(ctx context.Context, tasks []cache.Task) error {
	if err := c.enter(ctx); err != nil {
		mailbox.Reject(tasks, err)
		return nil
	}
	defer c.calls.Leave()
	c.executor.runAll(ctx, tasks)
	return nil
}

// enter begins a call; calls.Leave must follow if there is no error.
func (c *Cache) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return c.calls.Enter(1)
}

// DeleteExpiredIDs implements cache.Cache. It has nothing to do: the cache has only ids that the store does not have yet.
func (c *Cache) DeleteExpiredIDs(context.Context, int64) error { return nil }

// Groups implements cache.Cache.
func (c *Cache) Groups(ctx context.Context, after string, limit int) ([]string, error) {
	if err := c.enter(ctx); err != nil {
		return nil, err
	}
	defer c.calls.Leave()
	var names []string
	for _, e := range c.writer.queue.entries() {
		if e.name > after {
			names = append(names, e.name)
		}
	}
	slices.Sort(names)
	return names[:min(len(names), max(0, limit))], nil
}

// Due implements cache.WriteBehind.
func (c *Cache) Due(ctx context.Context, until int64, limit int) ([]record.Due, error) {
	if err := c.enter(ctx); err != nil {
		return nil, err
	}
	defer c.calls.Leave()
	var due []record.Due
	for _, e := range c.writer.queue.entries() {
		if at, ok := dueTime(e); ok && at <= until {
			due = append(due, record.Due{Group: e.name, At: at})
		}
	}
	slices.SortFunc(due, func(a, b record.Due) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Group, b.Group))
	})
	return due[:min(len(due), max(0, limit))], nil
}

// dueTime is when the clock changes a group; ok is false if the group was dropped meanwhile.
func dueTime(e *entry) (at int64, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.group == nil {
		return 0, false
	}
	return e.group.Due(), true
}
