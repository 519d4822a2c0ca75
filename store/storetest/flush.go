package storetest

import (
	"math"
	"time"

	"github.com/dictrack/dictrack/record"
)

// flush deletes everything in the store.
func (s *session) flush() {
	s.Helper()
	if err := s.store.Flush(s.Context()); err != nil {
		s.Fatalf("Flush: %v", err)
	}
}

// testFlush checks that a flush deletes everything, and the store can still be used.
func testFlush(s *session) {
	s.flush() // an empty store
	s.newGroup("chunks", 300)
	g := s.newExpiringGroup("g", time.Second)
	s.commit(s.trackWithID(g, 0, record.MessageID{ID: "id", Expires: now}))
	s.flush()
	s.expectEmpty("g", "chunks")

	g = s.load("g")
	s.commit(s.addTrackers(g, counters(200)...))
	s.commit(s.trackWithID(g, 0, record.MessageID{ID: "id", Expires: now + 1}))
	s.expectStored(g)
	s.deleteExpiredIDs(now) // which must not find the expiry that the id had before the flush
	s.expectID("g", record.MessageID{ID: "id", Version: g.Version(), Expires: now + 1})
	s.flush()
	s.flush()
	s.expectEmpty("g", "chunks")
}

// expectEmpty checks that the store is empty; groups are names that it had before.
func (s *session) expectEmpty(groups ...string) {
	s.Helper()
	s.expectGroups()
	s.expectDue(math.MaxInt64-1, 10)
	for _, name := range groups {
		if g := s.load(name); g.Exists() {
			s.Fatalf("group %q exists: %s", name, summary(g))
		}
		s.expectNoID(name, "id")
	}
}

// testVersionsAfterFlush checks that, after a flush, groups continue above every version that any group ever had.
func testVersionsAfterFlush(s *session) {
	top := uint64(0)
	for round := range 3 {
		g := s.load("g")
		if g.Version() <= top && round > 0 {
			s.Fatalf("a new group starts at version %d, want more than %d", g.Version(), top)
		}
		s.commit(s.addTrackers(g, counters(2)...))
		for range 5 * (3 - round) {
			s.commit(s.trackEach(g, 0))
		}
		top = g.Version()
		s.flush()
	}
	if version := s.load("never seen before").Version(); version <= top {
		s.Fatalf("another new group starts at version %d, want more than %d", version, top)
	}
	s.flush()
	if version := s.load("g").Version(); version <= top {
		s.Fatalf("after a flush of an empty store a new group starts at version %d, want more than %d", version, top)
	}
}

// testChangeFromBeforeFlush commits changes that were made before a flush, of one version and of many. They
// must not apply to the groups, which are new and empty now.
func testChangeFromBeforeFlush(s *session) {
	g, other := s.newGroup("g", 300), s.newGroup("other", 1)
	s.commit(s.trackEach(g, 0))
	outdated := []*record.Change{s.trackEach(g, 299), s.trackEach(other, 0, 0, 0, 0, 0)}
	s.flush()
	s.expectConflict(outdated, "g", "other")
	s.expectEmpty("g", "other")

	g = s.load("g")
	s.commit(s.addTrackers(g, counters(2)...))
	s.expectConflict(outdated, "g", "other")
	s.expectStored(g)
}
