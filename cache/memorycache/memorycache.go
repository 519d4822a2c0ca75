// Package memorycache holds hot groups in this process. It is the default cache.
//
// Without a Backing it is the only place where groups live: a call is done when its step is, and
// everything ends with the process. With one, each group has a mailbox: the calls that wait for it are
// stepped together and committed as one change, the changes of many groups are joined in one commit, and
// nobody is answered before the Backing has kept it. After a failed commit the group is read anew, so
// that memory is never ahead of what is kept.
package memorycache

import (
	"context"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/mailbox"
)

// shardCount spreads the locks of the maps; more than any machine has cores.
const shardCount = 256

// Cache is a cache.Cache in memory. Make it with New.
type Cache struct {
	seed   maphash.Seed
	shards [shardCount]shard

	// gate is held by whatever works on groups, and wholly by Flush and Close.
	gate   sync.RWMutex
	door   mailbox.Door  // what a Backing is to keep goes in here
	host   cache.Host    // of Start
	floor  atomic.Uint64 // version of new groups without a Backing
	commit committer
	held   held

	// life ends when Close gives up waiting, and with it what a Backing is asked to do.
	life context.Context
	end  context.CancelFunc
}

var _ cache.Cache = (*Cache)(nil)

// New is an empty cache that holds any number of groups.
func New() *Cache { return NewBounded(Bound{}) }

// NewBounded is an empty cache that holds as much as b says, which only one with a Backing can. What is wrong with b,
// Start says.
func NewBounded(b Bound) *Cache {
	c := &Cache{seed: maphash.MakeSeed(), held: held{bound: b}}
	c.life, c.end = context.WithCancel(context.Background())
	return c
}

// locked returns the place of a group, made if need be, and locked by the caller from now on.
func (c *Cache) locked(name string) *slot {
	hash := c.hashOf(name)
	sh := c.shard(hash)
	for {
		s := sh.find(name, hash)
		if s == nil {
			s = sh.insert(c.place(name, hash))
		}
		s.box.Lock()
		if !s.dead {
			return s
		}
		s.box.Unlock()
	}
}

// bury takes a place that holds nothing worth keeping out of its shard. The caller has locked it.
func (c *Cache) bury(s *slot) {
	s.dead, s.group = true, nil
	c.held.drop(s)
	c.shard(s.hash).remove(s)
}

// leave lets a group go that the Backing has. The caller has locked it.
func (c *Cache) leave(g guest) { c.bury(g.(*slot)) }

// Start implements cache.Cache. A cache that is not started has no Backing.
func (c *Cache) Start(_ context.Context, h cache.Host) error {
	c.host = h
	return c.held.bound.validate(h.Backing != nil)
}

// Update implements cache.Cache.
func (c *Cache) Update(ctx context.Context, tasks []cache.Task) error {
	if err := c.door.Refusal(ctx); err != nil {
		mailbox.Refuse(tasks, err)
		return nil
	}
	if c.host.Backing != nil {
		return c.updateDurable(ctx, tasks)
	}
	c.updateVolatile(ctx, tasks)
	return nil
}

// Forget implements cache.Cache.
func (c *Cache) Forget(_ context.Context, now int64) error {
	for i := range c.shards {
		c.shards[i].ids.forget(now)
	}
	return nil
}

// Groups implements cache.Cache.
func (c *Cache) Groups(ctx context.Context, after string, limit int) ([]string, error) {
	if err := c.door.Refusal(ctx); err != nil || c.host.Backing != nil {
		return nil, err
	}
	var names []string
	for i := range c.shards {
		names = c.shards[i].after(after, names)
	}
	slices.Sort(names)
	return names[:min(len(names), max(0, limit))], nil
}

// after appends the names of the shard's groups that come after a name.
func (sh *shard) after(after string, names []string) []string {
	for s := range sh.all() {
		if s.name > after {
			names = append(names, s.name)
		}
	}
	return names
}
