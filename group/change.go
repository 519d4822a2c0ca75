package group

import (
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// BeginChange starts to track what changes, until EndChange. A group without a pending change pays nothing for it.
func (g *Group) BeginChange() { g.BeginChangeIn(&Pending{}) }

// BeginChangeIn is like BeginChange but reuses the memory of p, which nobody else may refer to. Buffers of chunks are
// reused only after AllowReuse.
func (g *Group) BeginChangeIn(p *Pending) {
	clear(p.MessageIDs)
	if !p.reusable {
		clear(p.Chunks)
	}
	*p = Pending{
		Change: record.Change{
			Group: g.name, Base: g.version, BaseCount: g.states.Len(),
			MessageIDs: p.MessageIDs[:0], Chunks: p.Chunks[:0],
		},
		group: g, dirty: p.dirty[:0], layoutDirty: p.layoutDirty[:0], indexes: p.indexes[:0],
	}
	g.pending = p
}

// EndChange ends the pending change and returns it, nil when nothing changed.
func (g *Group) EndChange() *Pending {
	p := g.pending
	g.pending = nil
	if p == nil || p.Base == g.version {
		return nil
	}
	p.Version, p.Due, p.Initialized, p.Count = g.version, g.due, g.initialized, g.states.Len()
	g.recordedDue = g.due
	return p
}

// Pending returns the change that is pending; nil when there is none.
func (g *Group) Pending() *Pending { return g.pending }

// DiffSince returns the change from an earlier version of the group, which had count trackers, to its present state. It
// contains the chunks named and their layouts, all chunks when changed is nil. A cache that persists several commits as
// one uses it.
func (g *Group) DiffSince(base uint64, count int, changed []int) *Pending {
	p := &Pending{
		Change: record.Change{
			Group: g.name, Base: base, Version: g.version, Due: g.due, Initialized: g.initialized,
			Count: g.states.Len(), BaseCount: count,
		},
		group: g, all: changed == nil,
	}
	for _, chunk := range changed {
		p.mark(chunk, true)
	}
	return p
}

// AllowReuse states that nobody refers to the bytes of the chunks any more, so that BeginChangeIn may reuse them.
func (p *Pending) AllowReuse() {
	if p.reusable = cap(p.Chunks) <= maxReusedChunks; !p.reusable {
		p.Chunks = nil
	}
	for i := range p.Chunks {
		p.Chunks[i].Layout = nil
	}
}

// maxReusedChunks bounds the memory that a Pending holds for reuse.
const maxReusedChunks = 16

// Encode completes the change with its chunks and definitions, once, and returns it. The result belongs to p: it is
// valid until p is reused. The nil *Pending gives nil.
func (p *Pending) Encode() *record.Change {
	if p == nil {
		return nil
	}
	if p.encoded {
		return &p.Change
	}
	for i := range record.ChunkCount(p.Count) {
		if p.all || p.dirty.has(i) {
			p.Chunks = append(p.Chunks, p.group.encodeChunk(i, p.all || p.layoutDirty.has(i), p.buffer()))
		}
	}
	if p.LayoutChanged() {
		p.Definitions = p.definitions()
	}
	p.encoded = true
	return &p.Change
}

// buffer returns memory for the states of the next chunk, if an earlier change left some.
func (p *Pending) buffer() []byte {
	if n := len(p.Chunks); n < cap(p.Chunks) {
		return p.Chunks[:n+1][n].States[:0]
	}
	return nil
}

// definitions returns the definitions that the encoded layouts refer to, each once.
func (p *Pending) definitions() []record.Definition {
	var defs []record.Definition
	seen := map[tracker.ID]bool{}
	for _, chunk := range p.Chunks {
		for n, id := range chunk.Layout {
			if !seen[id] {
				seen[id] = true
				defs = append(defs, record.Definition{ID: id, JSON: p.group.list.at(chunk.Index*record.ChunkSize + n).JSON()})
			}
		}
	}
	return defs
}
