package storetest

import (
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
)

func testFirstCommit(s *session) {
	g := s.load("g")
	if g.Version() != 0 || g.Exists() {
		s.Fatalf("group in an empty store: version %d, exists %v, want 0 and false", g.Version(), g.Exists())
	}
	s.commit(s.addTrackers(g, counters(3)...))
	s.expectStored(g)
}

func testCommitEachStep(s *session) {
	g := s.newGroup("g", 3)
	for _, at := range []int{0, 2, 2, 1, noCounter + 1} {
		s.commit(s.trackEach(g, at))
		s.expectStored(g)
	}
	g = s.load("g") // continue from the stored state
	s.commit(s.trackEach(g, 1))
	s.expectStored(g)
}

func testRepeatedChange(s *session) {
	g := s.newGroup("g", 3)
	c := s.trackWithID(g, 1, record.MessageID{ID: "a", Expires: now})
	s.commit(c)
	s.expectConflict([]*record.Change{c}, "g")
	s.expectConflict([]*record.Change{c}, "g")
	s.expectStored(g)
	s.commit(s.trackEach(g, 1))
	s.expectStored(g)
}

func testOutdatedChange(s *session) {
	s.newGroup("g", 3)
	first, second := s.load("g"), s.load("g")
	early := s.trackWithID(first, 0, record.MessageID{ID: "early", Expires: now})
	s.trackEach(second, 0) // the same version with the same state, so that later builds on it
	later := s.trackEach(second, 0, 1)
	s.commit(early)
	s.commit(later)
	s.expectConflict([]*record.Change{early}, "g")
	s.expectStored(second)
	if _, ok := s.findID("g", "early"); !ok {
		s.Fatal("the id of the first change is not remembered")
	}
}

func testVersionGap(s *session) {
	g := s.newGroup("g", 3)
	before := s.load("g")
	s.trackEach(g, 0)
	gap := s.trackWithID(g, 0, record.MessageID{ID: "a", Expires: now})
	s.expectConflict([]*record.Change{gap}, "g")
	s.expectStored(before)
	if _, ok := s.findID("g", "a"); ok {
		s.Fatal("the id of a change that conflicted is remembered")
	}

	s.commit(s.trackEach(before, 1))
	behind := s.load("g")
	wide := s.must(recordChange(behind, func() error { return errors.Join(trackOne(behind, 0, false), trackOne(behind, 0, false)) }))
	s.commit(s.trackEach(before, 2))
	s.expectConflict([]*record.Change{wide}, "g") // from a version before the stored one to one after it
	s.expectStored(before)
}

func testManyGroups(s *session) {
	const n = 50
	groups := make([]*group.Group, n)
	changes := make([]*record.Change, n)
	for i := range groups {
		groups[i] = s.load(fmt.Sprintf("group %d", i))
		changes[i] = s.addTrackers(groups[i], counters(1+i%5)...)
	}
	s.commit(changes...)
	s.expectStored(groups...)
	for i, g := range groups {
		changes[i] = s.trackEach(g, 0)
	}
	s.commit(changes...)
	s.expectStored(groups...)
}

func testPartialConflict(s *session) {
	a, b, c := s.newGroup("a", 3), s.newGroup("b", 3), s.newGroup("c", 3)
	b2, c2 := s.load("b"), s.load("c")
	s.commit(s.trackEach(b2, 0))
	s.commit(s.trackEach(c2, 2))
	changes := []*record.Change{s.trackEach(a, 1), s.trackEach(b, 1, 2), s.trackEach(c, 1, 2)}
	s.expectConflict(changes, "b", "c")
	s.expectStored(a, b2, c2)

	err := s.store.Commit(s.Context(), changes)
	conflict, ok := errors.AsType[*store.ConflictError](err)
	if !ok || !conflict.Conflicted("a") || !conflict.Conflicted("b") || conflict.Conflicted("d") {
		s.Fatalf("Commit of the same changes again: %v, want a conflict for every group", err)
	}
	s.expectStored(a, b2, c2)
}

func testNoChanges(s *session) {
	s.commit()
	if names := s.groups("", 10); len(names) != 0 {
		s.Fatalf("groups %q after a commit of no changes", names)
	}
}

// testManyVersions commits many calls as one change.
func testManyVersions(s *session) {
	g := s.load("g")
	s.commit(s.must(recordChange(g, func() error {
		if _, err := g.Add(counters(200), now); err != nil {
			return err
		}
		for i := range 200 {
			if err := trackOne(g, i, false); err != nil {
				return err
			}
		}
		_, err := g.Remove([]string{"tracker 7"}, now)
		return err
	})))
	s.expectStored(g)
	if want := uint64(202); g.Version() != want {
		s.Fatalf("version %d, want %d", g.Version(), want)
	}
}
