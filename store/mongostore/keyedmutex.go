package mongostore

import (
	"context"
	"slices"
	"sync"
)

// keyedMutex is a mutex for each key. It serializes this Store's commits to a group: the group's document
// has the token of the last commit of each Store, so that a commit whose reply was lost can be recognized;
// another one of the same Store must not overwrite it meanwhile.
type keyedMutex struct {
	mu   sync.Mutex               // protects held
	held map[string]chan struct{} // by key; closed when unlocked
}

// lock locks all keys. Release unlocks them.
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
