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
		if err := c.door.Refusal(ctx); err != nil {
			t.Settled(err)
			continue
		}
		c.oneVolatile(t)
	}
}

func (c *Cache) oneVolatile(t cache.Task) {
	name := t.Group()
	s := c.locked(name)
	if err := c.door.Refusal(context.Background()); err != nil {
		s.box.Unlock()
		t.Settled(err)
		return
	}
	if s.group == nil {
		s.group = group.New(name, c.floor.Load())
	}
	key := idKey{name, t.ID()}
	var seen *group.Seen
	sh := c.shard(name)
	if key.id != "" {
		seen = sh.ids.find(key)
	}
	if remember := t.Apply(s.group, seen); remember != nil {
		sh.ids.remember(key, *remember)
	}
	known := s.group.Known()
	t.Settled(nil)
	s.box.Unlock()
	if !known {
		c.vacate(name)
	}
}
