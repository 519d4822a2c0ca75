package mongostore

import (
	"hash/maphash"

	"github.com/dictrack/dictrack/internal/wire"
	"github.com/dictrack/dictrack/tracker"
)

// projectedStates remembers the states that the tracker documents of some groups show, as long as no other process has
// written them. Then the documents that changed are known without reading them.
type projectedStates struct {
	seed   maphash.Seed
	groups map[string]*projectedGroup
	size   int // bytes
}

// projectedGroup is what is remembered of a group.
type projectedGroup struct {
	version int64 // of the group's last projection; if its document has another one, another process has written
	chunks  map[int]projectedChunk
}

type projectedChunk struct {
	layout uint64 // hash
	states []byte
}

// maxProjectedBytes bounds the memory of all states.
const maxProjectedBytes = 32 << 20

// get returns the states that the documents of a range show; nil if that is not known.
func (m *projectedStates) get(r *chunkRange) []tracker.State {
	g := m.groups[r.group.key]
	if g == nil || g.version != r.group.projected || r.group.full {
		return nil
	}
	c, ok := g.chunks[r.chunk]
	if !ok || c.layout != m.hash(r.layout) {
		return nil
	}
	states, err := parseStates(c.states, len(r.layout))
	if err != nil {
		return nil
	}
	return states
}

// put remembers that the documents of a range are up to date.
func (m *projectedStates) put(r *chunkRange) {
	if r.layout == nil {
		return
	}
	if m.size > maxProjectedBytes {
		m.groups, m.size = nil, 0
	}
	if m.groups == nil {
		m.groups, m.seed = map[string]*projectedGroup{}, maphash.MakeSeed()
	}
	g := m.groups[r.group.key]
	if g == nil || g.version != r.group.projected {
		g = &projectedGroup{version: r.group.projected, chunks: map[int]projectedChunk{}}
		m.groups[r.group.key] = g
	}
	if _, ok := g.chunks[r.chunk]; !ok {
		m.size += projectedChunkCost
	}
	m.size += len(r.encoded) - len(g.chunks[r.chunk].states)
	g.chunks[r.chunk] = projectedChunk{m.hash(r.layout), append([]byte(nil), r.encoded...)}
}

// projectedChunkCost is about what a chunk takes besides its states.
const projectedChunkCost = 200

// advance remembers that all documents of a group are up to date with its version.
func (m *projectedStates) advance(g *maintainedGroup) {
	known := m.groups[g.key]
	if known == nil || known.version != g.projected {
		return
	}
	known.version = g.version
	for i := range known.chunks {
		if i >= len(g.chunks) {
			delete(known.chunks, i)
		}
	}
}

func (m *projectedStates) hash(layout []tracker.ID) uint64 {
	return maphash.Bytes(m.seed, wire.AppendLayout(nil, layout))
}
