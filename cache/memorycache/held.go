package memorycache

import (
	"math"
	"sync"
	"sync/atomic"
)

// guest is the place of a group that a Bound counts. But for a try to lock it, it is locked when it is asked.
type guest interface {
	TryLock() bool
	Unlock()
	// idle tells whether the group may leave.
	idle() bool
	stays() *stay
}

// stay is what is noted of a guest. But for spot, the guest's lock protects it.
type stay struct {
	spot uint32 // where held has it, from 1; 0 for nowhere; protected by held
	size uint32 // as held counts it; 0 while it does not
	used bool   // there was a call since held last looked at it
	dead bool   // it is not found any more
}

// held is the groups that a Bound counts, in the order in which they came, and chooses which one goes: the one that
// came first, but those go round once more that had a call since they were last looked at (the SIEVE algorithm). So a
// call on a group that is held only sets a mark on it, and takes no lock of all.
type held struct {
	bound  Bound
	groups atomic.Int64
	bytes  atomic.Int64

	mu   sync.Mutex // protects all below; may be locked by who has locked a guest, and guests are only tried under it
	ring []guest    // in the order of their coming; nil where one went
	hand int        // the next to be looked at
}

// active tells whether there is a bound at all.
func (h *held) active() bool { return h.bound != Bound{} }

// over tells whether a group has to go.
func (h *held) over() bool {
	return h.bound.Groups > 0 && h.groups.Load() > int64(h.bound.Groups) ||
		h.bound.Bytes > 0 && h.bytes.Load() > h.bound.Bytes
}

// grain is how exactly sizes are counted.
const grain = 16

// note takes in that a call on a group of that size is over. The guest is locked.
func (h *held) note(g guest, bytes int) {
	s, size := g.stays(), uint32(min(uint64(bytes)/grain+1, math.MaxUint32)) // #nosec G115 -- bounded, and never negative
	if s.size == size {
		s.used = true
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.spot == 0 {
		h.list(g)
	}
	h.bytes.Add(grain * (int64(size) - int64(s.size)))
	s.size = size
}

// list adds a guest as the newest.
func (h *held) list(g guest) {
	if live := int(h.groups.Load()); len(h.ring) >= 2*live+patience {
		h.compact()
	}
	h.ring = append(h.ring, g)
	g.stays().spot = uint32(len(h.ring)) // #nosec G115 -- there are fewer groups
	h.groups.Add(1)
}

// compact closes the gaps.
func (h *held) compact() {
	next := make([]guest, 0, len(h.ring))
	hand := 0
	for i, g := range h.ring {
		if i == h.hand {
			hand = len(next)
		}
		if g != nil {
			next = append(next, g)
			g.stays().spot = uint32(len(next)) // #nosec G115 -- as in list
		}
	}
	h.ring, h.hand = next, hand
}

// drop lets go of a guest, which is locked.
func (h *held) drop(g guest) {
	if s := g.stays(); s.size > 0 {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.strike(s)
	}
}

func (h *held) strike(s *stay) {
	h.ring[s.spot-1] = nil
	h.groups.Add(-1)
	h.bytes.Add(-grain * int64(s.size))
	s.spot, s.size = 0, 0
}

const (
	// patience is how many groups are looked at for one that had no call; then any goes that may.
	patience = 64
	// despair is how many are looked at for that; then none goes.
	despair = 256
)

// victim takes out a guest that is to leave, and locks it; nil if all have to stay.
func (h *held) victim() guest {
	h.mu.Lock()
	defer h.mu.Unlock()
	for looked := 0; looked < despair && h.groups.Load() > 0; {
		if h.hand >= len(h.ring) {
			h.hand = 0
		}
		g := h.ring[h.hand]
		h.hand++
		if g == nil {
			continue
		}
		if leaves(g, looked >= patience) {
			h.strike(g.stays())
			return g
		}
		looked++
	}
	return nil
}

// leaves tells whether a guest is to go, and leaves it locked if so. One that is locked is in use.
func leaves(g guest, any bool) bool {
	if !g.TryLock() {
		return false
	}
	s := g.stays()
	if g.idle() && (any || !s.used) {
		return true
	}
	s.used = false
	g.Unlock()
	return false
}

// evict lets groups go until the bound is kept, by bury.
func (h *held) evict(bury func(guest)) {
	for h.over() {
		g := h.victim()
		if g == nil {
			return
		}
		bury(g)
		g.Unlock()
	}
}
