package memorycache

import (
	"context"
)

// Flush implements cache.Cache.
func (c *Cache) Flush(ctx context.Context, then func() error) error {
	if err := c.door.Refusal(ctx); err != nil {
		return err
	}
	if err := c.lockGate(ctx); err != nil {
		return err
	}
	defer c.gate.Unlock()
	err := then()
	if err != nil && c.host.Backing == nil {
		return err
	}
	for i := range c.shards { // after an error too: the Backing may be empty all the same
		c.empty(&c.shards[i])
	}
	return err
}

// lockGate closes the gate, or gives up when ctx ends.
func (c *Cache) lockGate(ctx context.Context) error {
	closed := make(chan struct{})
	go func() {
		c.gate.Lock()
		select {
		case closed <- struct{}{}:
		case <-ctx.Done():
			c.gate.Unlock()
		}
	}()
	select {
	case <-closed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// empty drops the groups of a shard. The gate is closed, so no runner is at work on them.
func (c *Cache) empty(sh *shard) {
	for s := range sh.all() {
		s.box.Lock()
		if s.group != nil {
			c.raiseFloor(s.group.Version())
		}
		s.group = nil
		if s.box.Idle() && !s.dead {
			c.bury(s)
		}
		s.box.Unlock()
	}
	sh.ids.clear()
}

// raiseFloor makes new groups start no lower than version.
func (c *Cache) raiseFloor(version uint64) {
	for {
		floor := c.floor.Load()
		if floor >= version || c.floor.CompareAndSwap(floor, version) {
			return
		}
	}
}

// Close implements cache.Cache.
func (c *Cache) Close(ctx context.Context) error {
	c.door.Shut()
	idle := make(chan struct{})
	go func() {
		defer close(idle)
		c.door.Wait()
		c.waitVolatile()
	}()
	select {
	case <-idle:
		c.end()
		return nil
	case <-ctx.Done():
		c.end()
		return ctx.Err()
	}
}

// waitVolatile waits for the tasks that hold a group. One that comes later finds the cache closed.
func (c *Cache) waitVolatile() {
	for i := range c.shards {
		for s := range c.shards[i].all() {
			s.box.Lock()
			s.box.Unlock() //nolint:staticcheck // having had the lock is all
		}
	}
}
