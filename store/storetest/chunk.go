package storetest

import (
	"fmt"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

func testGroupSizes(s *session) {
	for _, n := range []int{1, 2, record.ChunkSize - 1, record.ChunkSize, record.ChunkSize + 1, 2 * record.ChunkSize, 1000} {
		g := s.newGroup(fmt.Sprintf("of %d", n), n)
		s.expectStored(g)
		s.commit(s.trackEach(g, 0, n-1))
		s.expectStored(g)
	}
}

// testGrowIntoNextChunk adds trackers one by one at the end of a chunk and the beginning of the next.
func testGrowIntoNextChunk(s *session) {
	all := counters(2*record.ChunkSize + 2)
	g := s.load("g")
	s.commit(s.addTrackers(g, all[:record.ChunkSize-1]...))
	for i := record.ChunkSize - 1; i < record.ChunkSize+2; i++ {
		s.commit(s.trackEach(g, 0, i-1))
		s.commit(s.addTrackers(g, all[i]))
		s.expectStored(g)
		s.commit(s.trackEach(g, i))
		s.expectStored(g)
	}
	s.commit(s.addTrackers(g, all[record.ChunkSize+2:]...))
	s.expectStored(g)
}

// testChangeOneChunk commits changes with some of the chunks: the others must stay.
func testChangeOneChunk(s *session) {
	const n = 3*record.ChunkSize + 1
	g := s.newGroup("g", n)
	for _, at := range []int{n - 1, record.ChunkSize, 0, 2*record.ChunkSize + 5, record.ChunkSize - 1} {
		s.commit(s.trackEach(g, at))
		s.expectStored(g)
		s.commit(s.trackWithID(g, noCounter, record.MessageID{ID: fmt.Sprint(at), Expires: now}))
		s.expectStored(g)
	}
	s.commit(s.trackEach(g, 3, n-1))
	s.expectStored(g)
}

// testCompaction removes so many trackers that the next addition compacts the group to fewer chunks.
func testCompaction(s *session) {
	for _, remaining := range []int{0, 1, 10, record.ChunkSize, record.ChunkSize + 1, 400} {
		s.compactGroup(fmt.Sprintf("down to %d", remaining), 1000, remaining)
	}
	s.compactGroup("small", 100, 3)
}

// compactGroup makes a group of n trackers, removes all but some, adds one, so that the group is compacted, and grows
// it again.
func (s *session) compactGroup(name string, n, remaining int) {
	s.Helper()
	g := s.newGroup(name, n)
	s.commit(s.trackEach(g, 0, n-1, n/2))
	var names []string
	for _, d := range counters(n)[remaining:] {
		names = append(names, d.Name())
	}
	s.commit(s.must(recordChange(g, func() error {
		_, err := g.Remove(names, now)
		return err
	})))
	s.expectStored(g)
	c := s.addTrackers(g, newDefinition("one more", nil))
	if from, to := c.RemovedChunks(); n > 2*record.ChunkSize && from >= to {
		s.Fatalf("%s: the group was not compacted, so that this tests nothing", name)
	}
	s.commit(c)
	s.expectStored(g)
	s.commit(s.addTrackers(g, counters(n)[remaining:]...)) // into the chunks that were removed
	s.expectStored(g)
	s.commit(s.trackEach(g, n-1, 0))
	s.expectStored(g)
}

// testChangeToNoTrackers commits a change to no trackers and no chunks.
func testChangeToNoTrackers(s *session) {
	for _, n := range []int{100, 300} {
		name := fmt.Sprintf("of %d", n)
		s.commit(s.trackEach(s.newGroup(name, n), n-1))
		s.commit(&record.Change{Group: name, Base: 2, Version: 3, Initialized: true, Due: limiter.Never, BaseCount: n})
		g := s.load(name)
		if g.Version() != 3 || g.Len() != 0 {
			s.Fatalf("group changed to no trackers: %s", summary(g))
		}
		s.commit(s.addTrackers(g, counters(200)...))
		s.expectStored(g)
	}
}

// testReplaceDefinition replaces the definitions of single trackers among many.
func testReplaceDefinition(s *session) {
	g := s.newGroup("g", 2*record.ChunkSize+3)
	s.commit(s.trackEach(g, 5, 200))
	for _, name := range []string{"tracker 5", "tracker 130", "tracker 258"} {
		s.commit(s.must(recordChange(g, func() error {
			_, err := g.Edit(name, now, addTarget)
			return err
		})))
		s.expectStored(g)
	}
}

// addTarget is an edit that adds a target.
func addTarget(d *tracker.Definition, state tracker.State) (*tracker.Definition, tracker.State, []tracker.Event, error) {
	d, err := d.WithSpec(state, nil, func(spec *tracker.Spec) {
		spec.Targets = append(spec.Targets, decimal.FromInt(2_000_000))
	})
	return d, state, nil, err
}
