package storetest

import (
	"fmt"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

func testSizes(s *session) {
	for _, n := range []int{1, 2, record.ChunkSize - 1, record.ChunkSize, record.ChunkSize + 1, 2 * record.ChunkSize, 1000} {
		g := s.made(fmt.Sprintf("of %d", n), n)
		s.same(g)
		s.commit(s.track(g, 0, n-1))
		s.same(g)
	}
}

// testGrowth adds trackers one by one where a chunk ends and another begins.
func testGrowth(s *session) {
	all := counters(2*record.ChunkSize + 2)
	g := s.load("g")
	s.commit(s.add(g, all[:record.ChunkSize-1]...))
	for i := record.ChunkSize - 1; i < record.ChunkSize+2; i++ {
		s.commit(s.track(g, 0, i-1))
		s.commit(s.add(g, all[i]))
		s.same(g)
		s.commit(s.track(g, i))
		s.same(g)
	}
	s.commit(s.add(g, all[record.ChunkSize+2:]...))
	s.same(g)
}

// testOneChunk commits changes that bring some chunks only: the others must stay.
func testOneChunk(s *session) {
	const n = 3*record.ChunkSize + 1
	g := s.made("g", n)
	for _, at := range []int{n - 1, record.ChunkSize, 0, 2*record.ChunkSize + 5, record.ChunkSize - 1} {
		s.commit(s.track(g, at))
		s.same(g)
		s.commit(s.call(g, nowhere, record.MessageID{ID: fmt.Sprint(at), Expires: now}))
		s.same(g)
	}
	s.commit(s.track(g, 3, n-1))
	s.same(g)
}

// testCompacted removes so many trackers that the group is laid out anew with fewer chunks.
func testCompacted(s *session) {
	for _, left := range []int{0, 1, 10, record.ChunkSize, record.ChunkSize + 1, 400} {
		s.compacted(fmt.Sprintf("down to %d", left), 1000, left)
	}
	s.compacted("small", 100, 3)
}

func (s *session) compacted(name string, n, left int) {
	s.Helper()
	g := s.made(name, n)
	s.commit(s.track(g, 0, n-1, n/2))
	var names []string
	for _, d := range counters(n)[left:] {
		names = append(names, d.Name())
	}
	s.commit(s.must(change(g, func() error {
		_, err := g.Remove(names, now)
		return err
	})))
	s.same(g)
	c := s.add(g, define("one more", nil))
	if from, to := c.RemovedChunks(); n > 2*record.ChunkSize && from >= to {
		s.Fatalf("%s: no chunk was dropped, so that this tests nothing", name)
	}
	s.commit(c)
	s.same(g)
	s.commit(s.add(g, counters(n)[left:]...)) // back into the chunks that were dropped
	s.same(g)
	s.commit(s.track(g, n-1, 0))
	s.same(g)
}

// testEmptied commits that a group has no places any more.
func testEmptied(s *session) {
	for _, n := range []int{100, 300} {
		name := fmt.Sprintf("of %d", n)
		s.commit(s.track(s.made(name, n), n-1))
		s.commit(&record.Change{Group: name, Base: 2, Version: 3, Initialized: true, Due: limiter.Never, BaseCount: n})
		g := s.load(name)
		if g.Version() != 3 || g.Len() != 0 {
			s.Fatalf("group without places: %s", facts(g))
		}
		s.commit(s.add(g, counters(200)...))
		s.same(g)
	}
}

// testReplaced changes the definition of one tracker among many.
func testReplaced(s *session) {
	g := s.made("g", 2*record.ChunkSize+3)
	s.commit(s.track(g, 5, 200))
	for _, name := range []string{"tracker 5", "tracker 130", "tracker 258"} {
		s.commit(s.must(change(g, func() error {
			_, err := g.Edit(name, now, retarget)
			return err
		})))
		s.same(g)
	}
}

func retarget(d *tracker.Definition, state tracker.State) (*tracker.Definition, tracker.State, []tracker.Event, error) {
	d, err := d.WithSpec(state, nil, func(spec *tracker.Spec) {
		spec.Targets = append(spec.Targets, decimal.FromInt(2_000_000))
	})
	return d, state, nil, err
}
