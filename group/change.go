package group

import (
	"github.com/dictrack/dictrack/tracker"
)

// Pending is what one commit does to one group. It may join several calls. It looks into the Group it
// was recorded from, so it is valid until that Group is changed again, while a cache holds the group for
// the commit, unless it is detached.
type Pending struct {
	// Group is the name.
	Group string
	// Base is the version the change applies to, Version the one it leads to.
	Base, Version uint64
	// Due is no later than when the clock changes the group next, in Unix milliseconds; limiter.Never for
	// none.
	Due int64
	// Initialized tells whether the group has had its first data.
	Initialized bool
	// Count is the number of places after the change; BaseCount before.
	Count, BaseCount int
	// MessageIDs are the ids to remember.
	MessageIDs []MessageID

	after   *Group
	states  map[int][]tracker.State // by chunk, once the change is detached
	touched bits                    // chunks
	laid    bits                    // chunks whose layout changed too
	all     bool                    // everything is laid out anew
	indexes []int32                 // that changed, up to one more than maxPlaces; none in a group of one chunk
	parts   []Chunk

	recycled bool
}

// MessageID is an id that a call brought: the same id later is answered and not applied.
type MessageID struct {
	ID      string
	Hash    [16]byte // of the data
	Version uint64   // at which it happened
	Expires int64    // Unix milliseconds until which it is remembered
}

// BeginChange starts noting what changes, until Take. A group that is not recorded costs nothing more.
func (g *Group) BeginChange() { g.BeginChangeIn(&Pending{}) }

// BeginChangeIn is Record in a Change that nobody looks at any more, whose memory is used again: that of its chunks only
// after Recycle.
func (g *Group) BeginChangeIn(c *Pending) {
	clear(c.MessageIDs)
	if !c.recycled {
		clear(c.parts)
	}
	*c = Pending{
		Group: g.name, Base: g.version, BaseCount: g.cells.Len(), after: g,
		MessageIDs: c.MessageIDs[:0], touched: c.touched[:0], laid: c.laid[:0], parts: c.parts[:0], indexes: c.indexes[:0],
	}
	g.pending = c
}

// EndChange ends the recording. It returns nil when nothing changed.
func (g *Group) EndChange() *Pending {
	c := g.pending
	g.pending = nil
	if c == nil || c.Base == g.version {
		return nil
	}
	c.Version, c.Due, c.Initialized, c.Count = g.version, g.due, g.initialized, g.cells.Len()
	g.recordedDue = g.due
	return c
}

// DiffSince is the change that leads from an earlier version of the group, with that number of places, to what it is now.
// It carries the chunks named, all when they are nil, with their layouts: what a cache that keeps groups on its own
// brings to a store when several commits have gone by. It looks into the group, like any Change.
func (g *Group) DiffSince(base uint64, places int, changed []int) *Pending {
	c := &Pending{
		Group: g.name, Base: base, Version: g.version, Due: g.due, Initialized: g.initialized,
		Count: g.cells.Len(), BaseCount: places, after: g, all: changed == nil,
	}
	for _, chunk := range changed {
		c.touch(chunk, true)
	}
	return c
}

// AddMessageID notes an id that is to be remembered with the change.
func (c *Pending) AddMessageID(s MessageID) { c.MessageIDs = append(c.MessageIDs, s) }

// FindMessageID returns what the change is to remember of an id, nil for nothing.
func (c *Pending) FindMessageID(id string) *MessageID {
	if id == "" {
		return nil
	}
	for i := len(c.MessageIDs) - 1; i >= 0; i-- { // the last one, where an earlier one had expired
		if c.MessageIDs[i].ID == id {
			return &c.MessageIDs[i]
		}
	}
	return nil
}

// Pending is the change being recorded; nil when there is none.
func (g *Group) Pending() *Pending { return g.pending }

// AllowReuse says that nobody has kept the States of its chunks either.
func (c *Pending) AllowReuse() {
	if c.recycled = cap(c.parts) <= fewChunks; !c.recycled {
		c.parts = nil
	}
	for i := range c.parts {
		c.parts[i].Layout = nil
	}
}

// fewChunks is how many a Change keeps the memory of.
const fewChunks = 16

// Chunks are the parts that changed, in order; not to be changed, and made when first asked for.
func (c *Pending) Chunks() []Chunk {
	if len(c.parts) > 0 {
		return c.parts
	}
	for i := range chunks(c.Count) {
		if c.all || c.touched.has(i) {
			c.parts = append(c.parts, c.after.chunk(i, c.all || c.laid.has(i), c.room()))
		}
	}
	return c.parts
}

// NoChunks tells whether no part changed.
func (c *Pending) NoChunks() bool { return !c.all && len(c.touched) == 0 }

// ChangedChunks are the indexes of the parts that changed, in order.
func (c *Pending) ChangedChunks() (indexes []int) {
	for i := range chunks(c.Count) {
		if c.all || c.touched.has(i) {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

// room is memory for the states of the next chunk, if an earlier recording left some.
func (c *Pending) room() []byte {
	if n := len(c.parts); n < cap(c.parts) {
		return c.parts[:n+1][n].States[:0]
	}
	return nil
}

// RemovedChunks are the indexes of chunks that no longer exist: from, up to but not including to.
func (c *Pending) RemovedChunks() (from, to int) { return chunks(c.Count), chunks(c.BaseCount) }

// Definitions are the definitions that chunks with a changed layout refer to, each once. Those that a
// store has already need not be written again.
func (c *Pending) Definitions() []*tracker.Definition {
	var defs []*tracker.Definition
	seen := map[tracker.ID]bool{}
	for _, part := range c.Chunks() {
		for n, id := range part.Layout {
			if !seen[id] {
				seen[id] = true
				defs = append(defs, c.after.roster.at(part.Index*ChunkSize+n))
			}
		}
	}
	return defs
}

// Snapshots describes the trackers in a chunk of the change, nil where a tracker was removed, for stores that
// keep them in a form that people can read.
func (c *Pending) Snapshots(part Chunk) []*tracker.Snapshot {
	states := c.states[part.Index]
	if states == nil {
		states = c.after.statesOf(part.Index)
	}
	snaps := make([]*tracker.Snapshot, len(states))
	for n, s := range states {
		if !s.Removed {
			snap := c.after.roster.at(part.Index*ChunkSize+n).Snapshot(c.Group, s)
			snaps[n] = &snap
		}
	}
	return snaps
}

// Detach makes the change independent of its Group, which may be changed from then on: its chunks are made, and what
// else it looks at is copied. It belongs to whoever holds the group.
func (c *Pending) Detach() {
	parts, states := c.Chunks(), map[int][]tracker.State{}
	for _, part := range parts {
		states[part.Index] = c.after.statesOf(part.Index)
	}
	c.states, c.after = states, &Group{roster: c.after.roster} // a list of definitions is never changed in place
}

func (c *Pending) touch(chunk int, relaid bool) {
	c.touched.set(chunk)
	if relaid {
		c.laid.set(chunk)
	}
}

// bits is a set of small numbers.
type bits []uint64

func (b *bits) set(i int) {
	for len(*b) <= i>>6 {
		*b = append(*b, 0)
	}
	(*b)[i>>6] |= 1 << (i & 63)
}

func (b bits) has(i int) bool { return i>>6 < len(b) && b[i>>6]>>(i&63)&1 == 1 }

// touched notes that the state of tracker i changed.
func (g *Group) touched(i int) {
	if c := g.pending; c != nil {
		c.touch(i/ChunkSize, false)
		if c.BaseCount > ChunkSize && len(c.indexes) <= maxPlaces {
			c.indexes = append(c.indexes, int32(i)) // #nosec G115 -- cells are fewer
		}
	}
}

// relaid notes that definitions from i on changed or are new.
func (g *Group) relaid(i int) {
	if g.pending != nil {
		for chunk := i / ChunkSize; chunk < chunks(g.cells.Len()); chunk++ {
			g.pending.touch(chunk, true)
		}
	}
}

// relaidOne notes that the definition of tracker i changed.
func (g *Group) relaidOne(i int) {
	if g.pending != nil {
		g.pending.touch(i/ChunkSize, true)
	}
}

// rewritten notes that every tracker has another place.
func (g *Group) rewritten() {
	if g.pending != nil {
		g.pending.all = true
	}
}
