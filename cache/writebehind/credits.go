package writebehind

import (
	"context"
	"sync"
	"sync/atomic"
)

// credits is a semaphore that limits the number of unwritten calls: a call acquires a credit before it changes a group, and
// the writer releases it when the store has the change.
type credits struct {
	limit   int64
	used    atomic.Int64
	waiting atomic.Int64

	mu       sync.Mutex    // protects all below
	released chan struct{} // closed at the next release; nil when nobody waits for it
}

// tryAcquire acquires a credit if one is free.
func (c *credits) tryAcquire() bool {
	for {
		used := c.used.Load()
		if used >= c.limit {
			return false
		}
		if c.used.CompareAndSwap(used, used+1) {
			return true
		}
	}
}

// acquire acquires a credit, and waits for one if need be.
func (c *credits) acquire(ctx context.Context) error {
	c.waiting.Add(1)
	defer c.waiting.Add(-1)
	for {
		released := c.nextRelease()
		if c.tryAcquire() {
			return nil
		}
		select {
		case <-released:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// nextRelease is closed when credits are released after this call.
func (c *credits) nextRelease() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.released == nil {
		c.released = make(chan struct{})
	}
	return c.released
}

func (c *credits) release(n int) {
	c.used.Add(-int64(n))
	if c.waiting.Load() == 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.released != nil {
		close(c.released)
		c.released = nil
	}
}

// low reports whether half of the credits are used, so that the writer should not wait any longer.
func (c *credits) low() bool { return c.used.Load() >= max(1, c.limit/2) }
