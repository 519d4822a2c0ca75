package mongostore

import (
	"context"
	"slices"
	"sync"
)

// claims keeps the commits of this Store to one group apart. A group's document says what the last commit
// of a Store was, so that one whose answer was lost can be told from one that did not happen; another from
// the same Store must not come in between.
type claims struct {
	mu    sync.Mutex // protects taken
	taken map[string]chan struct{}
}

// take waits until nobody else has one of the keys. Release gives them back.
func (c *claims) take(ctx context.Context, keys []string) (release func(), err error) {
	slices.Sort(keys) // so that two commits do not wait for each other
	keys = slices.Compact(keys)
	for i, key := range keys {
		if err := c.one(ctx, key); err != nil {
			c.release(keys[:i])
			return nil, err
		}
	}
	return func() { c.release(keys) }, nil
}

func (c *claims) one(ctx context.Context, key string) error {
	for {
		c.mu.Lock()
		free, held := c.taken[key]
		if !held {
			if c.taken == nil {
				c.taken = map[string]chan struct{}{}
			}
			c.taken[key] = make(chan struct{})
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

func (c *claims) release(keys []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, key := range keys {
		close(c.taken[key])
		delete(c.taken, key)
	}
}
