package group

import "github.com/dictrack/dictrack/record"

// Pending is what changed in a group since BeginChange: it tracks which chunks are dirty, and encodes them only when
// somebody stores the change. Encode looks into the group, so it must be called before the group changes again; the
// encoded record.Change does not depend on the group.
type Pending struct {
	// Change is the change without chunks and definitions, which Encode adds. EndChange fills it in.
	record.Change

	group       *Group
	dirty       bits    // chunks that changed
	layoutDirty bits    // chunks whose layout changed too
	all         bool    // every index changed its meaning
	indexes     []int32 // that changed, up to one more than maxIndexes; none in a group of one chunk
	encoded     bool
	reusable    bool // nobody refers to the bytes of the chunks any more
}

// NoChunks reports whether no chunk changed.
func (p *Pending) NoChunks() bool { return !p.all && len(p.dirty) == 0 }

// LayoutChanged reports whether a chunk of the change has a new layout.
func (p *Pending) LayoutChanged() bool { return p.all || len(p.layoutDirty) > 0 }

// ChangedChunks returns the indexes of the chunks that changed, in ascending order.
func (p *Pending) ChangedChunks() (indexes []int) {
	for i := range record.ChunkCount(p.Count) {
		if p.all || p.dirty.has(i) {
			indexes = append(indexes, i)
		}
	}
	return indexes
}

// mark makes a chunk dirty.
func (p *Pending) mark(chunk int, layout bool) {
	p.dirty.set(chunk)
	if layout {
		p.layoutDirty.set(chunk)
	}
}

// maxIndexes bounds the changed indexes that a Pending lists, one that changed twice counting twice: enough for several
// calls that together fit into a patch of a few dozen states.
const maxIndexes = 256

// bits is a set of small numbers.
type bits []uint64

func (b *bits) set(i int) {
	for len(*b) <= i>>6 {
		*b = append(*b, 0)
	}
	(*b)[i>>6] |= 1 << (i & 63)
}

func (b bits) has(i int) bool { return i>>6 < len(b) && b[i>>6]>>(i&63)&1 == 1 }

// markState records that the state of tracker i changed.
func (g *Group) markState(i int) {
	if p := g.pending; p != nil {
		p.mark(i/record.ChunkSize, false)
		if p.BaseCount > record.ChunkSize && len(p.indexes) <= maxIndexes {
			p.indexes = append(p.indexes, int32(i)) // #nosec G115 -- a group has fewer trackers
		}
	}
}

// markLayoutFrom records that the definitions from index i on are new.
func (g *Group) markLayoutFrom(i int) {
	if g.pending != nil {
		for chunk := i / record.ChunkSize; chunk < record.ChunkCount(g.states.Len()); chunk++ {
			g.pending.mark(chunk, true)
		}
	}
}

// markLayout records that the definition of tracker i changed.
func (g *Group) markLayout(i int) {
	if g.pending != nil {
		g.pending.mark(i/record.ChunkSize, true)
	}
}

// markAll records that every tracker has another index.
func (g *Group) markAll() {
	if g.pending != nil {
		g.pending.all = true
	}
}
