package rediscache

import (
	"container/list"
	"sync"

	"github.com/dictrack/dictrack/cache/mailbox"
	"github.com/dictrack/dictrack/group"
)

// local is a group as this process last saw it. It belongs to the round of the group.
type local struct {
	group *group.Group
	// epoch and version are what the commit script must find, or no group, and then drops.
	epoch   string
	version uint64
	absent  bool
	drops   string
	laid    uint64  // see meta
	apart   []int32 // places whose states are in the patch
	// strayed: a write under way has another layout.
	strayed bool
	// due is when the group is due as noted in Redis.
	due      int64
	complete bool // see meta
	// stale: the record says another epoch than the shard, and was found as good as what the Backing has.
	stale bool
	// flushed is to be noted with the next commit: what the Backing had when the group was loaded from there.
	flushed *flushed
	// replaces is a record that the group is to replace as a whole.
	replaces *record
	// stored is the count of servers' beginnings at which the definitions of the group were known to be in Redis.
	stored uint64
	// spare is a change that nobody looks at any more.
	spare *group.Change
}

// whole tells whether a commit has to write all of the group.
func (l *local) whole() bool { return l.absent || l.replaces != nil }

// slot is the place of one group in this process.
type slot struct {
	name  string
	key   string // of the group in Redis
	shard int
	box   mailbox.Box // its lock protects dead
	dead  bool        // no longer in its table
	local *local      // nil until it is read; the round's while there is one
	use   *list.Element
	used  bool // since it was last at the front; protected by the table
}

// table is a part of the places. Those that were not used for the longest time go when there are too many.
type table struct {
	mu    sync.Mutex // protects all below
	slots map[string]*slot
	used  list.List // of *slot, those that came or were kept last first
}

// locked returns the place of a group, its box locked by the caller from now on.
func (c *Cache) locked(name string) *slot {
	shard := shardOf(name)
	t := &c.tables[shard]
	for {
		s := t.slot(name, shard, c.perTable)
		s.box.Lock()
		if !s.dead {
			return s
		}
		s.box.Unlock()
	}
}

// slot finds the place of a group, making it if need be.
func (t *table) slot(name string, shard, most int) *slot {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.slots[name]; s != nil {
		s.used = true
		return s
	}
	t.shrink(most - 1)
	s := &slot{name: name, shard: shard}
	s.use = t.used.PushFront(s)
	t.slots[name] = s
	return s
}

// shrink drops places that nobody uses until there are no more than most, if it finds such without looking for long.
func (t *table) shrink(most int) {
	e := t.used.Back()
	for tries := 0; e != nil && t.used.Len() > most && tries < 8; tries++ {
		s, before := e.Value.(*slot), e.Prev()
		if s.used { // a second chance is cheaper than to keep all in order at every use
			s.used = false
			t.used.MoveToFront(e)
		} else if s.box.TryLock() {
			if s.box.Idle() {
				s.dead = true
				t.used.Remove(e)
				delete(t.slots, s.name)
			}
			s.box.Unlock()
		}
		e = before
	}
}
