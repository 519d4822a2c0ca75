package memorycache

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// Bound says how much a Cache with a Backing holds in memory. Beyond that, groups leave that had no call for long; the
// next call on one reads it from the Backing again. A group with a call under way stays, whatever the bound says.
type Bound struct {
	// Groups is how many groups are held. At least 1; 0 is for any number.
	Groups int
	// Bytes is how much the held groups take together, as Group.Size estimates it. At least 1; 0 is for any size.
	Bytes int64
}

func (b Bound) validate(backed bool) error {
	switch {
	case b.Groups < 0:
		return fmt.Errorf("memorycache: Bound.Groups is %d, want 0 for no bound, or at least 1", b.Groups)
	case b.Bytes < 0:
		return fmt.Errorf("memorycache: Bound.Bytes is %d, want 0 for no bound, or at least 1", b.Bytes)
	case b != Bound{} && !backed:
		return errors.New("memorycache: there is a Bound and no store: a group that leaves memory would be lost; set a store, or no Bound")
	}
	return nil
}

// held is the groups that a Bound counts, in the order in which they came, and chooses which one goes: the one that
// came first, but those go round once more that had a call since they were last looked at (the SIEVE algorithm). So a
// call on a group that is held only sets a mark on it, and takes no lock of all.
type held struct {
	bound  Bound
	groups atomic.Int64
	bytes  atomic.Int64

	mu   sync.Mutex // protects all below, and the links of slots; boxes are only tried under it
	ends links      // a ring: next is the newest, prev the oldest
	hand *slot      // the next to be looked at; nil for the oldest
}

// links are the neighbours of a slot in the order of coming; nil is the end of it.
type links struct{ newer, older *slot }

// active tells whether there is a bound at all.
func (h *held) active() bool { return h.bound != Bound{} }

// over tells whether a group has to go.
func (h *held) over() bool {
	return h.bound.Groups > 0 && h.groups.Load() > int64(h.bound.Groups) ||
		h.bound.Bytes > 0 && h.bytes.Load() > h.bound.Bytes
}

// note takes in that a call on a group is over. Its box is locked.
func (h *held) note(s *slot) {
	size := int64(s.group.Size())
	if s.listed && s.size == size {
		s.used = true
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !s.listed {
		h.link(s)
	}
	h.bytes.Add(size - s.size)
	s.size = size
}

// link adds a slot as the newest.
func (h *held) link(s *slot) {
	s.listed = true
	h.groups.Add(1)
	s.links = links{older: h.ends.newer}
	if h.ends.newer != nil {
		h.ends.newer.newer = s
	} else {
		h.ends.older = s
	}
	h.ends.newer = s
}

// drop lets go of a slot. Its box is locked.
func (h *held) drop(s *slot) {
	if s.listed {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.unlink(s)
	}
}

func (h *held) unlink(s *slot) {
	if h.hand == s {
		h.hand = s.newer
	}
	if s.newer != nil {
		s.newer.older = s.older
	} else {
		h.ends.newer = s.older
	}
	if s.older != nil {
		s.older.newer = s.newer
	} else {
		h.ends.older = s.newer
	}
	s.links, s.listed = links{}, false
	h.groups.Add(-1)
	h.bytes.Add(-s.size)
	s.size = 0
}

const (
	// patience is how many groups are looked at for one that had no call; then any goes that has none under way.
	patience = 64
	// despair is how many are looked at for that; then none goes.
	despair = 256
)

// victim takes a group out that is to leave, with its box locked; nil if all have calls under way.
func (h *held) victim() *slot {
	h.mu.Lock()
	defer h.mu.Unlock()
	for looked := range despair {
		if h.hand == nil {
			h.hand = h.ends.older
		}
		s := h.hand
		if s == nil {
			return nil
		}
		h.hand = s.newer
		if h.leaves(s, looked >= patience) {
			h.unlink(s)
			return s
		}
	}
	return nil
}

// leaves tells whether a group is to go, and leaves its box locked if so. One whose box is locked is in use.
func (h *held) leaves(s *slot, any bool) bool {
	if !s.box.TryLock() {
		return false
	}
	if s.box.Idle() && (any || !s.used) {
		return true
	}
	s.used = false
	s.box.Unlock()
	return false
}

// evict lets groups go until the bound is kept.
func (c *Cache) evict() {
	for c.held.over() {
		s := c.held.victim()
		if s == nil {
			return
		}
		c.bury(s)
		s.box.Unlock()
	}
}
