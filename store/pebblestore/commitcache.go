package pebblestore

import (
	"sync"
)

// commitCache remembers the groups that were committed last: a commit looks there first, and a read learns from it
// whether what it has read is on disk yet.
type commitCache struct {
	mu     sync.Mutex // protects all below
	groups map[string]*lastCommit
	flush  *writeBatch // the last Flush; nil for none
}

// lastCommit is a group as of its last commit.
type lastCommit struct {
	group groupValue
	batch *writeBatch
}

// maxCachedCommits bounds how many groups are remembered beyond those that are not on disk yet.
const maxCachedCommits = 1 << 13

// find returns the last commit of a group, nil if it is not remembered. Only the committer modifies the result.
func (c *commitCache) find(name string) *lastCommit {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.groups[name]
}

// put remembers a commit, before it can be read. Last is what find returned.
func (c *commitCache) put(name string, last *lastCommit, now lastCommit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last == nil {
		last = &lastCommit{}
		c.groups[name] = last
	}
	first := append(last.group.firstChunk[:0], now.group.firstChunk...) // a copy: the change is the caller's
	*last = now
	last.group.firstChunk = first
	if len(c.groups) > maxCachedCommits {
		c.shrink()
	}
}

// shrink forgets two arbitrary groups, if they are on disk.
func (c *commitCache) shrink() {
	n := 2
	for name, l := range c.groups {
		if n == 0 {
			return
		}
		n--
		if l.batch.isDurable() {
			delete(c.groups, name)
		}
	}
}

// flushed remembers that a batch deletes all groups.
func (c *commitCache) flushed(b *writeBatch) {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.groups)
	c.flush = b
}

// waitDurable waits until what was read of a group before this call is on disk.
func (c *commitCache) waitDurable(name string) {
	c.mu.Lock()
	b := c.flush
	if last := c.groups[name]; last != nil {
		b = last.batch
	}
	c.mu.Unlock()
	if b != nil {
		<-b.durable
	}
}
