package memorycache

import (
	"context"
	"runtime"
	"sync"

	"github.com/dictrack/dictrack/cache"
)

// updateVolatile runs tasks where nothing is kept but here: a step under the group's lock, and done.
func (c *Cache) updateVolatile(ctx context.Context, tasks []cache.Task) {
	if len(tasks) < parallelFrom {
		for _, t := range tasks {
			c.oneVolatile(ctx, t)
		}
		return
	}
	owners, cores := c.deal(tasks)
	var workers sync.WaitGroup
	for core := range cores {
		workers.Go(func() {
			for i, t := range tasks {
				if owners[i] == uint8(core) { // #nosec G115 -- there are at most maxCores
					c.oneVolatile(ctx, t)
				}
			}
		})
	}
	workers.Wait()
}

const (
	// parallelFrom is the number of tasks from which other cores are worth waking.
	parallelFrom = 64
	maxCores     = 255
)

// deal says which core runs which task: all of one group the same, in their order.
func (c *Cache) deal(tasks []cache.Task) (owners []uint8, cores int) {
	owners, cores = make([]uint8, len(tasks)), min(runtime.GOMAXPROCS(0), maxCores)
	for i, t := range tasks {
		owners[i] = uint8(int(c.hashOf(t.Group())/shardCount) % cores) // #nosec G115 -- there are at most maxCores
	}
	return owners, cores
}

func (c *Cache) oneVolatile(ctx context.Context, t cache.Task) {
	s := c.locked(t.Group())
	defer s.box.Unlock()
	if s.group == nil {
		s.group = s.first
		s.group.Begin(s.name, c.floor.Load())
	}
	err := c.door.Refusal(ctx) // now that the slot is held: Close waits for those who hold one, and for no others
	switch id := t.ID(); {
	case err != nil:
	case id == "":
		t.Apply(s.group, nil)
	default:
		c.applyOnce(s, t, id)
	}
	t.Settled(err)
	if !s.group.Known() {
		c.bury(s)
	}
}

// applyOnce applies a task with an id.
func (c *Cache) applyOnce(s *slot, t cache.Task, id string) {
	ids := &c.shard(s.hash).ids
	key := idKey{s.name, id}
	if remember := t.Apply(s.group, ids.find(key)); remember != nil {
		ids.remember(key, *remember)
	}
}
