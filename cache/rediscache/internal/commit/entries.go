package commit

import (
	"container/list"
	"sync"

	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/internal/mailbox"
)

// entry is one group in this process.
type entry struct {
	name    string
	key     string // of the group in Redis
	shard   int
	box     mailbox.Mailbox // its lock protects removed
	removed bool            // no longer in its table
	replica *replica        // nil until it is read; owned by the attempt of the group while there is one

	element *list.Element // in table.order; protected by the table, as is used
	used    bool          // since it was last moved to the front
}

// entries are the groups in this process, one table for each shard.
type entries struct {
	tables   [format.ShardCount]table
	perTable int
}

func (e *entries) init(maxEntries int) {
	e.perTable = max(1, (maxEntries+format.ShardCount-1)/format.ShardCount)
	for i := range e.tables {
		e.tables[i].entries = map[string]*entry{}
	}
}

// locked returns the entry of a group with its box locked.
func (e *entries) locked(name string) *entry {
	shard := format.ShardOf(name)
	t := &e.tables[shard]
	for {
		found := t.entry(name, shard, e.perTable)
		found.box.Lock()
		if !found.removed {
			return found
		}
		found.box.Unlock()
	}
}

// table is the entries of a shard. When there are too many, the CLOCK (second chance) algorithm selects which to evict.
type table struct {
	mu      sync.Mutex // protects all below
	entries map[string]*entry
	order   list.List // of *entry: those that were added or got their second chance last come first
}

// entry finds the entry of a group, or adds it.
func (t *table) entry(name string, shard, maxEntries int) *entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e := t.entries[name]; e != nil {
		e.used = true
		return e
	}
	t.shrink(maxEntries - 1)
	e := &entry{name: name, shard: shard}
	e.element = t.order.PushFront(e)
	t.entries[name] = e
	return e
}

// maxScan is how many entries one call examines for eviction.
const maxScan = 8

// shrink evicts idle entries until there are no more than maxEntries, or maxScan entries were examined.
func (t *table) shrink(maxEntries int) {
	element := t.order.Back()
	for tries := 0; element != nil && t.order.Len() > maxEntries && tries < maxScan; tries++ {
		e, before := element.Value.(*entry), element.Prev()
		if e.used {
			e.used = false
			t.order.MoveToFront(element)
		} else if e.box.TryLock() {
			if e.box.Idle() {
				e.removed = true
				t.order.Remove(element)
				delete(t.entries, e.name)
			}
			e.box.Unlock()
		}
		element = before
	}
}
