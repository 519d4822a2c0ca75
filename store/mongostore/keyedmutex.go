package mongostore

import (
	"context"
	"slices"
	"sync"
)

// keyedMutex keeps the commits of this Store to one group apart. A group's document says what the last commit
// of a Store was, so that one whose answer was lost can be told from one that did not happen; another from
// the same Store must not come in between.
type keyedMutex struct {
	mu   sync.Mutex // protects taken
	held map[string]chan struct{}
}

// lock waits until nobody else has one of the keys. Release gives them back.
func (c *keyedMutex) lock(ctx context.Context, keys []string) (release func(), err error) {
	slices.Sort(keys) // so that two commits do not wait for each other
	keys = slices.Compact(keys)
	for i, key := range keys {
		if err := c.lockOne(ctx, key); err != nil {
			c.unlock(keys[:i])
			return nil, err
		}
	}
	return func() { c.unlock(keys) }, nil
}

func (c *keyedMutex) lockOne(ctx context.Context, key string) error {
	for {
		c.mu.Lock()
		free, held := c.held[key]
		if !held {
			if c.held == nil {
				c.held = map[string]chan struct{}{}
			}
			c.held[key] = make(chan struct{})
			c.mu.Unlock()
			return nil
		}
		c.mu.Unlock()
		select {
		case <-free:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (c *keyedMutex) unlock(keys []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range keys {
		close(c.held[key])
		delete(c.held, key)
	}
}
