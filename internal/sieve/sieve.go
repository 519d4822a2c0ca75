// Package sieve chooses which cached items to evict when they exceed a limit, by the SIEVE algorithm (Zhang et al.,
// "SIEVE is Simpler than LRU", NSDI 2024).
//
// Items stand in a ring in insertion order, each with a visited bit. A hand moves around the ring: it clears the bit of
// an item that was used since the last pass, and evicts the first item whose bit is clear. A use of a cached item
// therefore only sets a bit, and takes no lock that items share.
package sieve

import (
	"math"
	"sync"
	"sync/atomic"
)

// Item is a cached item. Its lock protects its Meta.
type Item interface {
	TryLock() bool
	Unlock()
	// Evictable reports whether the item may be evicted now. It is called with the item locked.
	Evictable() bool
	// Meta returns what the Policy records about the item, always the same pointer.
	Meta() *Meta
}

// Meta is what a Policy records about an item; embed it in the item. The zero Meta belongs to an item that the Policy
// does not know.
type Meta struct {
	ringIndex uint32 // position in the ring, counted from 1; 0 if not in it; protected by Policy.mu
	size      uint32 // in units of sizeUnit; 0 if not in the ring
	visited   bool   // used since the hand last passed
}

// sizeUnit is the resolution of sizes, in bytes.
const sizeUnit = 16

const (
	// preferUnvisited is how many items the hand passes in search of one that is not visited. After that it takes any
	// that is evictable.
	preferUnvisited = 64
	// maxScan is how many items the hand passes before it gives up.
	maxScan = 256
	// minGaps is how many gaps the ring may have, beside one for every item, before it is compacted.
	minGaps = 64
)

// Policy decides which items to evict. Its methods may be called from any goroutine.
type Policy struct {
	limits Limits
	items  atomic.Int64
	bytes  atomic.Int64

	// mu may be locked by the holder of an item's lock; under it, items are only locked with TryLock.
	mu   sync.Mutex // protects all below
	ring []Item     // in insertion order; nil where an item was removed
	hand int        // index of the item to look at next
}

// New returns a Policy without items.
func New(limits Limits) *Policy { return &Policy{limits: limits} }

// Enabled reports whether there is any limit.
func (p *Policy) Enabled() bool { return p.limits != Limits{} }

// Use records that an item was used and how large it is now. It adds an item that is new. The item is locked.
func (p *Policy) Use(it Item, bytes int) {
	meta, size := it.Meta(), uint32(min(uint64(bytes)/sizeUnit+1, math.MaxUint32)) // #nosec G115 -- bounded, and never negative
	if meta.size == size {
		meta.visited = true
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if meta.ringIndex == 0 {
		p.insert(it)
	}
	p.bytes.Add(sizeUnit * (int64(size) - int64(meta.size)))
	meta.size = size
}

// insert adds an item as the newest.
func (p *Policy) insert(it Item) {
	if items := int(p.items.Load()); len(p.ring) >= 2*items+minGaps {
		p.compact()
	}
	p.ring = append(p.ring, it)
	it.Meta().ringIndex = uint32(len(p.ring)) // #nosec G115 -- there are fewer items
	p.items.Add(1)
}

// compact removes the gaps from the ring.
func (p *Policy) compact() {
	ring := make([]Item, 0, len(p.ring))
	hand := 0
	for i, it := range p.ring {
		if i == p.hand {
			hand = len(ring)
		}
		if it != nil {
			ring = append(ring, it)
			it.Meta().ringIndex = uint32(len(ring)) // #nosec G115 -- as in insert
		}
	}
	p.ring, p.hand = ring, hand
}

// Remove makes the Policy forget an item. The item is locked. It does nothing if the item is not known.
func (p *Policy) Remove(it Item) {
	if meta := it.Meta(); meta.size > 0 {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.unlink(meta)
	}
}

func (p *Policy) unlink(meta *Meta) {
	p.ring[meta.ringIndex-1] = nil
	p.items.Add(-1)
	p.bytes.Add(-sizeUnit * int64(meta.size))
	meta.ringIndex, meta.size = 0, 0
}

// Evict evicts items until the limits hold, or until no item can be evicted. For each one it calls evict, which removes
// the item from the cache, with the item locked.
func (p *Policy) Evict(evict func(Item)) {
	for p.exceeded() {
		it := p.victim()
		if it == nil {
			return
		}
		evict(it)
		it.Unlock()
	}
}

func (p *Policy) exceeded() bool {
	return p.limits.MaxItems > 0 && p.items.Load() > int64(p.limits.MaxItems) ||
		p.limits.MaxBytes > 0 && p.bytes.Load() > p.limits.MaxBytes
}

// victim removes an item from the ring and returns it locked; nil if the hand found none that is evictable.
func (p *Policy) victim() Item {
	p.mu.Lock()
	defer p.mu.Unlock()
	for scanned := 0; scanned < maxScan && p.items.Load() > 0; {
		if p.hand >= len(p.ring) {
			p.hand = 0
		}
		it := p.ring[p.hand]
		p.hand++
		if it == nil {
			continue
		}
		if lockVictim(it, scanned >= preferUnvisited) {
			p.unlink(it.Meta())
			return it
		}
		scanned++
	}
	return nil
}

// lockVictim reports whether to evict an item, and leaves it locked if so. An item that is locked is in use.
func lockVictim(it Item, evenVisited bool) bool {
	if !it.TryLock() {
		return false
	}
	meta := it.Meta()
	if it.Evictable() && (evenVisited || !meta.visited) {
		return true
	}
	meta.visited = false
	it.Unlock()
	return false
}
