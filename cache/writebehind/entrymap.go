package writebehind

import (
	"hash/maphash"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/internal/sieve"
)

// shardCount is the number of shards; more than any machine has cores, so that few calls wait for the lock of one.
const shardCount = 256

// entryMap finds the entries of groups by their names. It is sharded by the hash of the name.
type entryMap struct {
	seed     maphash.Seed
	eviction *sieve.Policy
	shards   [shardCount]shard
}

// shard holds the entries whose names have some hashes.
type shard struct {
	mu      sync.Mutex // may be locked by the holder of an entry's lock, and not the other way round
	entries map[string]*entry
	_       [64]byte // keeps the locks of two shards off one cache line
}

func (m *entryMap) init(limits sieve.Limits) {
	m.seed, m.eviction = maphash.MakeSeed(), sieve.New(limits)
	for i := range m.shards {
		m.shards[i].entries = map[string]*entry{}
	}
}

func (m *entryMap) shard(name string) *shard {
	return &m.shards[maphash.String(m.seed, name)%shardCount]
}

// lock returns the entry of a group, made if need be. The caller holds its lock from now on.
func (m *entryMap) lock(name string) *entry {
	for {
		e := m.shard(name).get(name)
		e.mu.Lock()
		if !e.removed {
			return e
		}
		e.mu.Unlock()
	}
}

func (sh *shard) get(name string) *entry {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	e := sh.entries[name]
	if e == nil {
		e = &entry{name: name}
		sh.entries[name] = e
	}
	return e
}

// remove removes an entry, which the caller has locked.
func (m *entryMap) remove(e *entry) {
	e.removed = true
	m.eviction.Remove(e)
	sh := m.shard(e.name)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	delete(sh.entries, e.name)
}

// release says that a task is over with an entry. One without anything worth keeping is removed; the use of another is
// recorded for eviction. The caller has locked it.
func (m *entryMap) release(e *entry) {
	if e.removed {
		return
	}
	worthKeeping := e.lost != nil || e.loading != nil || e.unwritten() || e.group != nil && e.group.Exists()
	switch {
	case !worthKeeping && e.waiting == 0:
		m.remove(e)
	case worthKeeping && e.group != nil && m.eviction.Enabled():
		m.eviction.Use(e, e.group.Size())
	}
}

// evict evicts groups until the limits hold.
func (m *entryMap) evict() { m.eviction.Evict(m.removeItem) }

func (m *entryMap) removeItem(it sieve.Item) { m.remove(it.(*entry)) }

func (m *entryMap) all() []*entry {
	var all []*entry
	for i := range m.shards {
		sh := &m.shards[i]
		sh.mu.Lock()
		all = slices.AppendSeq(all, maps.Values(sh.entries))
		sh.mu.Unlock()
	}
	return all
}

// partition divides tasks into one list for each core: all tasks of one group in the same list and in their order.
func (m *entryMap) partition(tasks []cache.Task) [][]cache.Task {
	lists := make([][]cache.Task, min(runtime.GOMAXPROCS(0), shardCount))
	for _, t := range tasks {
		i := maphash.String(m.seed, t.Group()) / shardCount % uint64(len(lists))
		lists[i] = append(lists[i], t)
	}
	return lists
}
