package group_test

import (
	"slices"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/tracker"
)

// shelf keeps a group as a store does: chunk by chunk, from nothing but its changes.
type shelf struct {
	testing.TB
	version uint64
	fed     bool
	chunks  []group.Chunk
	defs    map[tracker.ID]*tracker.Definition
}

func newShelf(t testing.TB, g *group.Group) *shelf {
	return &shelf{TB: t, version: g.Version(), defs: map[tracker.ID]*tracker.Definition{}}
}

// commit applies a change, which must fit what is kept.
func (s *shelf) commit(c *group.Change) {
	s.Helper()
	if c.Base != s.version || c.Version <= c.Base || c.BaseCount != len(s.layout()) {
		s.Fatalf("a change of version %d to %d, %d places; kept are version %d, %d places", c.Base, c.Version, c.BaseCount, s.version, len(s.layout()))
	}
	for _, d := range c.Definitions() {
		s.defs[d.ID()] = d
	}
	last := -1
	for _, part := range c.Chunks() {
		if part.Index <= last || part.Index > len(s.chunks) {
			s.Fatalf("chunk %d after %d, of %d", part.Index, last, len(s.chunks))
		}
		if last = part.Index; last == len(s.chunks) {
			s.chunks = append(s.chunks, group.Chunk{})
		}
		if part.Layout == nil {
			part.Layout = s.chunks[last].Layout
		}
		s.chunks[last] = part
	}
	if from, to := c.Dropped(); from < to {
		s.chunks = slices.Delete(s.chunks, from, to)
	}
	s.version, s.fed = c.Version, c.Fed
	if n := len(s.layout()); n != c.Count {
		s.Fatalf("%d places are kept, the change says %d", n, c.Count)
	}
}

func (s *shelf) layout() []tracker.ID {
	var ids []tracker.ID
	for _, part := range s.chunks {
		ids = append(ids, part.Layout...)
	}
	return ids
}

func (s *shelf) record() *group.Record {
	r := &group.Record{Name: "g", Version: s.version, Fed: s.fed, Layout: s.layout()}
	for _, part := range s.chunks {
		r.States = append(r.States, part.States...)
	}
	return r
}

// load builds the group anew, as reading it back does.
func (s *shelf) load() *group.Group {
	s.Helper()
	r := s.record()
	defs := make([]*tracker.Definition, len(r.Layout))
	for i, id := range r.Layout {
		if defs[i] = s.defs[id]; defs[i] == nil {
			s.Fatalf("no definition %s of place %d was ever committed", id, i)
		}
	}
	g, err := group.Restore(r, defs)
	if err != nil {
		s.Fatal(err)
	}
	return g
}

// same fails unless the group read back is the group.
func (s *shelf) same(g *group.Group) {
	s.Helper()
	again := s.load()
	if got, want := look(s, again), look(s, g); got != want {
		s.Fatalf("read back\n%s\nwant\n%s", got, want)
	}
	if again.Version() != g.Version() || again.Fed() != g.Fed() || again.Known() != g.Known() || again.Len() != g.Len() {
		s.Fatalf("read back version %d, fed %v, known %v; want %d, %v, %v",
			again.Version(), again.Fed(), again.Known(), g.Version(), g.Fed(), g.Known())
	}
	for i, d := range again.Definitions() {
		if d.ID() != g.Definitions()[i].ID() {
			s.Fatalf("definition %d is %s, want %s", i, d.JSON(), g.Definitions()[i].JSON())
		}
	}
}
