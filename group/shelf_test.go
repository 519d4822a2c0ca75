package group_test

import (
	"slices"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// shelf keeps a group as stores do: chunk by chunk, from nothing but its changes; and beside, as those do that write
// patches.
type shelf struct {
	testing.TB
	version     uint64
	initialized bool
	chunks      []record.Chunk
	defs        map[tracker.ID]*tracker.Definition

	older   []record.Chunk // without what the patch has
	indexes []int32        // of the patch
	patch   []byte
}

func newShelf(t testing.TB, g *group.Group) *shelf {
	return &shelf{TB: t, version: g.Version(), defs: map[tracker.ID]*tracker.Definition{}}
}

// commit applies a change, which must fit what is kept.
func (s *shelf) commit(c *group.Pending) {
	s.Helper()
	if c.Base != s.version || c.Version <= c.Base || c.BaseCount != len(s.layout()) {
		s.Fatalf("a change of version %d to %d, %d indexes; kept are version %d, %d indexes", c.Base, c.Version, c.BaseCount, s.version, len(s.layout()))
	}
	patched := s.amend(c)
	for _, d := range c.Encode().Definitions {
		s.defs[d.ID] = parse(s, d.JSON)
	}
	last := -1
	for _, part := range c.Encode().Chunks {
		if part.Index <= last || part.Index > len(s.chunks) {
			s.Fatalf("chunk %d after %d, of %d", part.Index, last, len(s.chunks))
		}
		if last = part.Index; last == len(s.chunks) {
			s.chunks = append(s.chunks, record.Chunk{})
		}
		if part.Layout == nil {
			part.Layout = s.chunks[last].Layout
		}
		s.chunks[last] = part
	}
	if from, to := c.RemovedChunks(); from < to {
		s.chunks = slices.Delete(s.chunks, from, to)
	}
	if !patched {
		s.renew(c)
	}
	s.version, s.initialized = c.Version, c.Initialized
	if n := len(s.layout()); n != c.Count {
		s.Fatalf("%d indexes are kept, the change says %d", n, c.Count)
	}
}

// parse reads the canonical JSON of a definition.
func parse(t testing.TB, text []byte) *tracker.Definition {
	t.Helper()
	v, err := rawjson.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	d, err := custom.Parse(v)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// maxIndexes is how many the patch has at most.
const maxIndexes = 5

// amend takes a change into the patch, if it goes there; else the change carries the indexes of the patch too.
func (s *shelf) amend(c *group.Pending) bool {
	indexes, few := c.ChangedIndexes()
	if all := union(s.indexes, indexes); few && len(all) <= maxIndexes {
		s.indexes, s.patch = all, c.AppendPatch(nil, all)
		return true
	}
	c.IncludeChunksOf(s.indexes)
	return false
}

func union(a, b []int32) []int32 {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// renew takes the chunks of a change, after which there is no patch.
func (s *shelf) renew(c *group.Pending) {
	s.older, s.indexes, s.patch = slices.Grow(s.older, len(s.chunks))[:len(s.chunks)], nil, nil
	for _, part := range c.Encode().Chunks {
		s.older[part.Index] = s.chunks[part.Index]
	}
}

func (s *shelf) layout() []tracker.ID {
	var ids []tracker.ID
	for _, part := range s.chunks {
		ids = append(ids, part.Layout...)
	}
	return ids
}

func (s *shelf) record() *record.Group {
	r := &record.Group{Name: "g", Version: s.version, Initialized: s.initialized, Layout: s.layout()}
	for _, part := range s.chunks {
		r.States = append(r.States, part.States...)
	}
	return r
}

// patched is the record of older chunks and the patch, which is read as the other.
func (s *shelf) patched() *record.Group {
	r := s.record()
	r.Layout, r.States, r.Patch = nil, nil, s.patch
	for _, part := range s.older {
		r.Layout = append(r.Layout, part.Layout...)
		r.States = append(r.States, part.States...)
	}
	return r
}

// load builds the group anew, as reading it back does.
func (s *shelf) load() *group.Group { return s.loadFrom(s.record()) }

func (s *shelf) loadFrom(r *record.Group) *group.Group {
	s.Helper()
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
	if got, want := look(s, s.loadFrom(s.patched())), look(s, g); got != want {
		s.Fatalf("read back with a patch of %v\n%s\nwant\n%s", s.indexes, got, want)
	}
	if indexes, err := group.PatchIndexes(s.patch); err != nil || !slices.Equal(indexes, s.indexes) {
		s.Fatalf("a patch of %v has %v: %v", s.indexes, indexes, err)
	}
	if got, want := look(s, again), look(s, g); got != want {
		s.Fatalf("read back\n%s\nwant\n%s", got, want)
	}
	if again.Version() != g.Version() || again.Initialized() != g.Initialized() || again.Exists() != g.Exists() || again.Len() != g.Len() {
		s.Fatalf("read back version %d, initialized %v, exists %v; want %d, %v, %v",
			again.Version(), again.Initialized(), again.Exists(), g.Version(), g.Initialized(), g.Exists())
	}
	for i, d := range again.Definitions() {
		if d.ID() != g.Definitions()[i].ID() {
			s.Fatalf("definition %d is %s, want %s", i, d.JSON(), g.Definitions()[i].JSON())
		}
	}
}
