package memorycache

import (
	"hash/maphash"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/dictrack/dictrack/cache/mailbox"
	"github.com/dictrack/dictrack/group"
)

// slot is the place of one group.
type slot struct {
	name  string
	group *group.Group // nil until it is needed; with a Backing, the runner's while it runs
	hash  uint32       // of the name
	stay
	room  [40]byte     // where most names are: every call compares one
	first *group.Group // the group is made there; nil with a Backing

	_   [8]byte     // see home
	box mailbox.Box // its lock protects stay and group; with a Backing, calls wait in it
}

// home is a place together with its group, where none comes from a Backing: most calls find neither in the caches of
// the processor, and then wait for memory once. What every call looks for comes first. What every call writes, the lock and
// the first fields of the group, is one cache line, the third, so that few go to and fro between processors.
type home struct {
	slot
	own group.Group
}

// place makes the place of a group whose name is the caller's.
func (c *Cache) place(name string, hash uint32) *slot {
	if c.host.Backing != nil {
		return new(slot).named(name, hash)
	}
	h := &home{}
	h.first = &h.own
	return h.named(name, hash)
}

func (s *slot) named(name string, hash uint32) *slot {
	s.hash = hash
	if len(name) > len(s.room) {
		s.name = strings.Clone(name)
		return s
	}
	s.name = unsafe.String(&s.room[0], copy(s.room[:], name)) // #nosec G103 -- nobody writes there again
	return s
}

// TryLock implements guest.
func (s *slot) TryLock() bool { return s.box.TryLock() }

// Unlock implements guest.
func (s *slot) Unlock() { s.box.Unlock() }

func (s *slot) idle() bool   { return s.box.Idle() }
func (s *slot) stays() *stay { return &s.stay }

// hashOf is the hash of a name: its lower bits choose the shard, its upper ones the entry there.
func (c *Cache) hashOf(name string) uint32 {
	return uint32(maphash.String(c.seed, name)) // #nosec G115 -- half of it is enough
}

func (c *Cache) shard(hash uint32) *shard { return &c.shards[hash%shardCount] }

// shard is a part of the groups, by the hash of their names. Slots are found without a lock, since every call looks
// for one; the lock is for those that come and go.
type shard struct {
	table atomic.Pointer[table]

	mu   sync.Mutex // held while slots come and go; protects all below
	live int        // slots
	used int        // entries of the table that are not nil
	ids  ids
	_    [64]byte // keeps the locks of two shards off one cache line
}

// table is an open hash table; the number of its entries is a power of two. A slot that left its entry is replaced by
// none, so that whoever looks for the next one goes on past it.
type table []entry

// entry is where a slot may be. The hash of its name is written before it, so that others are passed by without a look
// at them, for which most calls would wait as long as for the slot itself.
type entry struct {
	hash atomic.Uint32
	slot atomic.Pointer[slot]
}

func (e *entry) store(s *slot) {
	e.hash.Store(s.hash)
	e.slot.Store(s)
}

// none stands where a slot was.
var none = &slot{}

// start is where the search for a hash begins.
func (t table) start(hash uint32) int { return int(hash/shardCount) & (len(t) - 1) }

// find returns the slot of a name; nil if there is none.
func (sh *shard) find(name string, hash uint32) *slot {
	p := sh.table.Load()
	if p == nil {
		return nil
	}
	t := *p
	for i := t.start(hash); ; i = (i + 1) & (len(t) - 1) {
		e := &t[i]
		s := e.slot.Load()
		if s == nil || e.hash.Load() == hash && s.name == name && s != none {
			return s
		}
	}
}

// insert adds a slot, unless there is one of that name already; it returns the one that is there.
func (sh *shard) insert(s *slot) *slot {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if first := sh.find(s.name, s.hash); first != nil {
		return first
	}
	sh.reserve()
	if sh.table.Load().put(s) {
		sh.used++
	}
	sh.live++
	return s
}

// put stores a slot in the first entry that is free; fresh tells that no slot was ever there.
func (t table) put(s *slot) (fresh bool) {
	for i := t.start(s.hash); ; i = (i + 1) & (len(t) - 1) {
		if at := t[i].slot.Load(); at == nil || at == none {
			t[i].store(s)
			return at == nil
		}
	}
}

const leastEntries = 4

// reserve makes room for one more slot: at most three of four entries are in use, so every search ends.
func (sh *shard) reserve() {
	old := sh.table.Load()
	switch {
	case old == nil:
		old = &table{}
	case (sh.used+1)*4 <= len(*old)*3:
		return
	}
	entries := leastEntries
	for entries < 2*(sh.live+1) {
		entries *= 2
	}
	next := make(table, entries)
	for s := range old.all() {
		next.put(s)
	}
	sh.used = sh.live
	sh.table.Store(&next)
}

// remove takes a slot out of its shard. Its lock is held and it is marked dead, so that nobody who finds it on the way
// out uses it.
func (sh *shard) remove(s *slot) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	t := *sh.table.Load()
	for i := t.start(s.hash); ; i = (i + 1) & (len(t) - 1) {
		if t[i].slot.Load() == s {
			t[i].slot.Store(none)
			sh.live--
			return
		}
	}
}

// all goes through the slots that are there; those that come and go meanwhile may be left out.
func (t table) all() iter.Seq[*slot] {
	return func(yield func(*slot) bool) {
		for i := range t {
			if s := t[i].slot.Load(); s != nil && s != none && !yield(s) {
				return
			}
		}
	}
}

// all goes through the slots of a shard, as table.all.
func (sh *shard) all() iter.Seq[*slot] {
	if t := sh.table.Load(); t != nil {
		return t.all()
	}
	return func(func(*slot) bool) {}
}
