package memorycache

import (
	"context"
	"runtime"
	"sync"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
)

// updateVolatile runs tasks where nothing is kept but here: a step under the group's lock, and done.
func (c *Cache) updateVolatile(ctx context.Context, tasks []cache.Task) {
	if len(tasks) < parallelFrom {
		c.runVolatile(ctx, tasks)
		return
	}
	var workers sync.WaitGroup
	for _, part := range c.split(tasks) {
		workers.Go(func() { c.runVolatile(ctx, part) })
	}
	workers.Wait()
}

// parallelFrom is the number of tasks from which other cores are worth waking.
const parallelFrom = 64

// split deals tasks to the cores, all of one group to the same and in their order.
func (c *Cache) split(tasks []cache.Task) [][]cache.Task {
	parts := make([][]cache.Task, min(runtime.GOMAXPROCS(0), shardCount))
	for _, t := range tasks {
		i := c.worker(t.Group(), len(parts))
		parts[i] = append(parts[i], t)
	}
	return parts
}

func (c *Cache) runVolatile(ctx context.Context, tasks []cache.Task) {
	for _, t := range tasks {
		if err := c.refusal(ctx); err != nil {
			t.Settled(err)
			continue
		}
		c.oneVolatile(t)
	}
}

func (c *Cache) oneVolatile(t cache.Task) {
	s := c.locked(t.Group())
	defer s.mu.Unlock()
	if c.closed.Load() {
		t.Settled(cache.ErrClosed)
		return
	}
	if s.group == nil {
		s.group = group.New(s.name, c.floor.Load())
	}
	if id := t.ID(); id == "" {
		t.Apply(s.group, nil)
	} else {
		c.applyOnce(s, t, id)
	}
	t.Settled(nil)
	if !s.group.Known() {
		c.bury(s)
	}
}

// applyOnce applies a task with an id.
func (c *Cache) applyOnce(s *slot, t cache.Task, id string) {
	ids := &c.shards[s.hash%shardCount].ids
	key := idKey{s.name, id}
	if remember := t.Apply(s.group, ids.find(key)); remember != nil {
		ids.remember(key, *remember)
	}
}
