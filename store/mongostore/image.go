package mongostore

import (
	"hash/maphash"

	"github.com/dictrack/dictrack/internal/wire"
	"github.com/dictrack/dictrack/tracker"
)

// images are what the trackers' documents of some groups show, as far as this Store has brought them there
// and nobody else since: then what changed is known without a look at the documents.
type images struct {
	seed   maphash.Seed
	groups map[string]*image
	size   int // bytes
}

// image is what is known of a group.
type image struct {
	shown  int64 // as the group's document says; another value means that somebody else was there
	chunks map[int]chunkImage
}

type chunkImage struct {
	layout uint64 // a hash
	states []byte
}

// maxImages bounds the bytes of all images.
const maxImages = 32 << 20

// of is what the documents of a pane show; nil when that is not known.
func (m *images) of(p *pane) []tracker.State {
	g := m.groups[p.v.key]
	if g == nil || g.shown != p.v.shown || p.v.all {
		return nil
	}
	c, ok := g.chunks[p.chunk]
	if !ok || c.layout != m.hash(p.layout) {
		return nil
	}
	states, err := parseStates(c.states, len(p.layout))
	if err != nil {
		return nil
	}
	return states
}

// keep notes what the documents of a pane show now.
func (m *images) keep(p *pane) {
	if p.layout == nil {
		return
	}
	if m.size > maxImages {
		m.groups, m.size = nil, 0
	}
	if m.groups == nil {
		m.groups, m.seed = map[string]*image{}, maphash.MakeSeed()
	}
	g := m.groups[p.v.key]
	if g == nil || g.shown != p.v.shown {
		g = &image{shown: p.v.shown, chunks: map[int]chunkImage{}}
		m.groups[p.v.key] = g
	}
	if _, ok := g.chunks[p.chunk]; !ok {
		m.size += imageCost
	}
	m.size += len(p.bytes) - len(g.chunks[p.chunk].states)
	g.chunks[p.chunk] = chunkImage{m.hash(p.layout), append([]byte(nil), p.bytes...)}
}

// imageCost is what a chunk takes besides its states, about.
const imageCost = 200

// raise notes that all of a group is shown as it is in this version.
func (m *images) raise(v *visit) {
	g := m.groups[v.key]
	if g == nil || g.shown != v.shown {
		return
	}
	g.shown = v.version
	for i := range g.chunks {
		if i >= len(v.chunks) {
			delete(g.chunks, i)
		}
	}
}

func (m *images) hash(layout []tracker.ID) uint64 {
	return maphash.Bytes(m.seed, wire.AppendLayout(nil, layout))
}
