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
	"github.com/dictrack/dictrack/group"
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

	// life ends when Close gives up waiting, and with it what a Backing is asked to do.
	life context.Context
	end  context.CancelFunc
}

var _ cache.Cache = (*Cache)(nil)

// New is an empty cache.
func New() *Cache {
	c := &Cache{seed: maphash.MakeSeed()}
	c.life, c.end = context.WithCancel(context.Background())
	for i := range c.shards {
		c.shards[i].slots = map[string]*slot{}
	}
	return c
}

// shard is a part of the groups, by the hash of their names.
type shard struct {
	mu    sync.Mutex // protects slots
	slots map[string]*slot
	ids   ids
	_     [64]byte // keeps the locks of two shards off one cache line
}

// slot is the place of one group.
type slot struct {
	box   mailbox.Box  // its lock protects all below; with a Backing, calls wait in it
	group *group.Group // nil until it is needed; with a Backing, the runner's while it runs
	dead  bool         // no longer in its shard
}

func (c *Cache) shard(name string) *shard {
	return &c.shards[maphash.String(c.seed, name)%shardCount]
}

// worker deals a group to one of n workers.
func (c *Cache) worker(name string, n int) int {
	return int(maphash.String(c.seed, name) / shardCount % uint64(n)) // #nosec G115 -- n is small and above 0
}

// slot finds the place of a group, making it if need be.
func (c *Cache) slot(name string) *slot {
	sh := c.shard(name)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	s := sh.slots[name]
	if s == nil {
		s = &slot{}
		sh.slots[name] = s
	}
	return s
}

// locked returns the place of a group, locked by the caller from now on.
func (c *Cache) locked(name string) *slot {
	for {
		s := c.slot(name)
		s.box.Lock()
		if !s.dead {
			return s
		}
		s.box.Unlock()
	}
}

// vacate removes a place that holds nothing worth keeping. Nothing but the shard may be locked by the
// caller afterwards, and the slot not before.
func (c *Cache) vacate(name string) {
	sh := c.shard(name)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	s := sh.slots[name]
	if s == nil {
		return
	}
	s.box.Lock()
	defer s.box.Unlock()
	if s.box.Idle() && (s.group == nil || !s.group.Known()) {
		s.dead = true
		delete(sh.slots, name)
	}
}

// Start implements cache.Cache. A cache that is not started has no Backing.
func (c *Cache) Start(_ context.Context, h cache.Host) error {
	c.host = h
	return nil
}

// Update implements cache.Cache.
func (c *Cache) Update(ctx context.Context, tasks []cache.Task) error {
	if err := c.door.Refusal(ctx); err != nil {
		mailbox.Refuse(tasks, err)
		return nil
	}
	if c.host.Backing == nil {
		c.updateVolatile(ctx, tasks)
		return nil
	}
	return c.updateDurable(ctx, tasks)
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
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for name := range sh.slots {
		if name > after {
			names = append(names, name)
		}
	}
	return names
}
