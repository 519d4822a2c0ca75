package storetest

import (
	"math"
	"time"

	"github.com/dictrack/dictrack/record"
)

func (s *session) flush() {
	s.Helper()
	if err := s.store.Flush(s.Context()); err != nil {
		s.Fatalf("Flush: %v", err)
	}
}

// testFlush leaves nothing behind, in a store that can be used on.
func testFlush(s *session) {
	s.flush() // an empty store
	s.made("chunks", 300)
	g := s.expires("g", time.Second)
	s.commit(s.call(g, 0, record.MessageID{ID: "id", Expires: now}))
	s.flush()
	s.expectEmpty("g", "chunks")

	g = s.load("g")
	s.commit(s.add(g, counters(200)...))
	s.commit(s.call(g, 0, record.MessageID{ID: "id", Expires: now + 1}))
	s.same(g)
	s.forget(now) // of the id before the flush
	s.expectSeen("g", record.MessageID{ID: "id", Version: g.Version(), Expires: now + 1})
	s.flush()
	s.flush()
	s.expectEmpty("g", "chunks")
}

// expectEmpty checks that there is nothing, least of all those groups.
func (s *session) expectEmpty(groups ...string) {
	s.Helper()
	s.expectGroups()
	s.expectDue(math.MaxInt64-1, 10)
	for _, name := range groups {
		if g := s.load(name); g.Exists() {
			s.Fatalf("group %q is there: %s", name, facts(g))
		}
		s.expectUnseen(name, "id")
	}
}

// testFloor: no version comes twice, whichever group reached it.
func testFloor(s *session) {
	top := uint64(0)
	for round := range 3 {
		g := s.load("g")
		if g.Version() <= top && round > 0 {
			s.Fatalf("a new group starts from version %d, want one above %d", g.Version(), top)
		}
		s.commit(s.add(g, counters(2)...))
		for range 5 * (3 - round) {
			s.commit(s.track(g, 0))
		}
		top = g.Version()
		s.flush()
	}
	if floor := s.load("never seen before").Version(); floor <= top {
		s.Fatalf("any group starts from version %d, want one above %d", floor, top)
	}
	s.flush()
	if floor := s.load("g").Version(); floor <= top {
		s.Fatalf("after a flush of nothing a group starts from version %d, want one above %d", floor, top)
	}
}

// testBeforeFlush commits changes that were made before a flush: to one version more, and to many. They
// must not apply to the groups that are new and empty now.
func testBeforeFlush(s *session) {
	g, other := s.made("g", 300), s.made("other", 1)
	s.commit(s.track(g, 0))
	late := []*record.Change{s.track(g, 299), s.track(other, 0, 0, 0, 0, 0)}
	s.flush()
	s.conflict(late, "g", "other")
	s.expectEmpty("g", "other")

	g = s.load("g")
	s.commit(s.add(g, counters(2)...))
	s.conflict(late, "g", "other")
	s.same(g)
}
