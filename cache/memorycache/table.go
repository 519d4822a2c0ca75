package memorycache

import (
	"iter"
	"sync/atomic"
)

// shardCount is the number of shards; more than any machine has cores, so that few calls wait for the lock of one.
const shardCount = 256

// table is an open-addressing hash table with linear probing. Readers search it without a lock; writers hold a lock.
// The number of its slots is a power of two. A removed entry is replaced by a tombstone, so that searches for those
// behind it go on.
type table []slot

// slot is where an entry may be. The hash of its name is written before it, so that readers pass over other entries
// without reading them, which would cost a cache miss each.
type slot struct {
	hash  atomic.Uint32
	entry atomic.Pointer[entry]
}

// tombstone stands where an entry was removed.
var tombstone = &entry{}

const minSlots = 4

// newTable makes a table for some entries with room for as many again.
func newTable(entries int) table {
	slots := minSlots
	for slots < 2*entries {
		slots *= 2
	}
	return make(table, slots)
}

// start is the index at which the search for a hash begins.
func (t table) start(hash uint32) int { return int(hash/shardCount) & (len(t) - 1) }

// find returns the entry of a name; nil if there is none.
func (t table) find(name string, hash uint32) *entry {
	for i := t.start(hash); ; i = (i + 1) & (len(t) - 1) {
		s := &t[i]
		e := s.entry.Load()
		if e == nil || s.hash.Load() == hash && e.name == name && e != tombstone {
			return e
		}
	}
}

// insert stores an entry in the first slot that is free, and reports whether that slot was never used before.
func (t table) insert(e *entry) (fresh bool) {
	for i := t.start(e.hash); ; i = (i + 1) & (len(t) - 1) {
		if old := t[i].entry.Load(); old == nil || old == tombstone {
			t[i].hash.Store(e.hash)
			t[i].entry.Store(e)
			return old == nil
		}
	}
}

// remove replaces an entry, which is there, by a tombstone.
func (t table) remove(e *entry) {
	for i := t.start(e.hash); ; i = (i + 1) & (len(t) - 1) {
		if t[i].entry.Load() == e {
			t[i].entry.Store(tombstone)
			return
		}
	}
}

// all iterates over the entries. Those that are inserted or removed meanwhile may be left out.
func (t table) all() iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		for i := range t {
			if e := t[i].entry.Load(); e != nil && e != tombstone && !yield(e) {
				return
			}
		}
	}
}
