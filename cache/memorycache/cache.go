package memorycache

import (
	"context"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/internal/gate"
	"github.com/dictrack/dictrack/internal/mailbox"
)

// Cache is a cache.Cache in memory. Make it with New.
type Cache struct {
	options Options
	entries entryMap
	calls   mailbox.Calls // entered by calls on a cache with a store; Close closes it
	commits gate.Gate     // entered by group commits; Flush pauses it

	memory  memoryOnly
	through *writeThrough // nil without a store
}

var _ cache.Cache = (*Cache)(nil)

// New returns an empty cache. Start returns an error if the options are invalid.
func New(o Options) *Cache {
	c := &Cache{options: o}
	c.entries.init(o.limits())
	c.memory.entries, c.memory.calls = &c.entries, &c.calls
	return c
}

// Start implements cache.Cache. Before it, the cache has no store.
func (c *Cache) Start(_ context.Context, d cache.Deps) error {
	if d.BackingStore != nil {
		c.through = newWriteThrough(&c.entries, &c.calls, &c.commits, d.BackingStore)
	}
	return c.options.validate(d.BackingStore != nil)
}

// Update implements cache.Cache.
func (c *Cache) Update(ctx context.Context, tasks []cache.Task) error {
	if err := c.calls.Err(ctx); err != nil {
		mailbox.Reject(tasks, err)
		return nil
	}
	if c.through != nil {
		return c.through.update(ctx, tasks)
	}
	c.memory.update(ctx, tasks)
	return nil
}

// DeleteExpiredIDs implements cache.Cache.
func (c *Cache) DeleteExpiredIDs(_ context.Context, now int64) error {
	for i := range c.entries.shards {
		c.entries.shards[i].ids.forget(now)
	}
	return nil
}

// Groups implements cache.Cache. With a store there are none: the store knows them all.
func (c *Cache) Groups(ctx context.Context, after string, limit int) ([]string, error) {
	if err := c.calls.Err(ctx); err != nil || c.through != nil {
		return nil, err
	}
	names := c.entries.names(after)
	return names[:min(len(names), max(0, limit))], nil
}
