package memorycache

import (
	"hash/maphash"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/dictrack/dictrack/internal/sieve"
)

// entryMap finds the entries of groups by their names. It is sharded by the hash of the name.
type entryMap struct {
	seed     maphash.Seed
	inline   bool // entries have memory for their groups
	shards   [shardCount]shard
	eviction *sieve.Policy
}

func (m *entryMap) init(limits sieve.Limits) {
	m.seed, m.inline, m.eviction = maphash.MakeSeed(), true, sieve.New(limits)
}

// hashOf is the hash of a name: its lower bits choose the shard, its upper ones the slot there.
func (m *entryMap) hashOf(name string) uint32 {
	return uint32(maphash.String(m.seed, name)) // #nosec G115 -- half of it is enough
}

func (m *entryMap) shard(hash uint32) *shard { return &m.shards[hash%shardCount] }

// lock returns the entry of a group, made if need be. The caller holds the lock of its mailbox from now on.
func (m *entryMap) lock(name string) *entry {
	hash := m.hashOf(name)
	sh := m.shard(hash)
	for {
		e := sh.find(name, hash)
		if e == nil {
			e = sh.insert(newEntry(name, hash, m.inline))
		}
		e.box.Lock()
		if !e.removed {
			return e
		}
		e.box.Unlock()
	}
}

// remove removes an entry, which the caller has locked.
func (m *entryMap) remove(e *entry) {
	e.removed, e.group = true, nil
	m.eviction.Remove(e)
	m.shard(e.hash).remove(e)
}

// evict evicts groups until the limits hold.
func (m *entryMap) evict() { m.eviction.Evict(m.removeItem) }

func (m *entryMap) removeItem(it sieve.Item) { m.remove(it.(*entry)) }

// clear drops all groups and ids. It calls dropping with the version of each group before that one is dropped. The entry of
// a group for which calls wait stays, and loses its group.
func (m *entryMap) clear(dropping func(version uint64)) {
	for i := range m.shards {
		sh := &m.shards[i]
		for e := range sh.all() {
			m.drop(e, dropping)
		}
		sh.ids.clear()
	}
}

func (m *entryMap) drop(e *entry, dropping func(version uint64)) {
	e.box.Lock()
	defer e.box.Unlock()
	if e.group != nil {
		dropping(e.group.Version())
	}
	e.group = nil
	if e.box.Idle() && !e.removed {
		m.remove(e)
	}
}

// names returns the names that come after one, sorted.
func (m *entryMap) names(after string) []string {
	var names []string
	for e := range m.all() {
		if e.name > after {
			names = append(names, e.name)
		}
	}
	slices.Sort(names)
	return names
}

// all iterates over the entries of all shards. Those that are inserted or removed meanwhile may be left out.
func (m *entryMap) all() iter.Seq[*entry] {
	return func(yield func(*entry) bool) {
		for i := range m.shards {
			for e := range m.shards[i].all() {
				if !yield(e) {
					return
				}
			}
		}
	}
}

// shard holds the entries whose names have some hashes. Entries are found without a lock, since every call looks for
// one; the lock is for inserting and removing them.
type shard struct {
	table atomic.Pointer[table]

	mu      sync.Mutex // held while entries are inserted and removed; protects all below
	entries int
	used    int // slots of the table that are not nil
	ids     messageIDs
	_       [64]byte // keeps the locks of two shards off one cache line
}

// find returns the entry of a name; nil if there is none.
func (sh *shard) find(name string, hash uint32) *entry {
	if t := sh.table.Load(); t != nil {
		return t.find(name, hash)
	}
	return nil
}

// insert adds an entry, unless there is one of that name already; it returns the one that is there.
func (sh *shard) insert(e *entry) *entry {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if first := sh.find(e.name, e.hash); first != nil {
		return first
	}
	sh.grow()
	if sh.table.Load().insert(e) {
		sh.used++
	}
	sh.entries++
	return e
}

// grow makes room for one more entry: at most three of four slots are used, so every search ends.
func (sh *shard) grow() {
	old := sh.table.Load()
	switch {
	case old == nil:
		old = &table{}
	case (sh.used+1)*4 <= len(*old)*3:
		return
	}
	next := newTable(sh.entries + 1)
	for e := range old.all() {
		next.insert(e)
	}
	sh.used = sh.entries
	sh.table.Store(&next)
}

// remove takes an entry out of the table. It is locked and marked as removed, so that nobody uses it who found it before.
func (sh *shard) remove(e *entry) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	sh.table.Load().remove(e)
	sh.entries--
}

// all iterates over the entries, as table.all.
func (sh *shard) all() iter.Seq[*entry] {
	if t := sh.table.Load(); t != nil {
		return t.all()
	}
	return func(func(*entry) bool) {}
}
