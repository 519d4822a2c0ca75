package storetest

import (
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
)

func testFirst(s *session) {
	g := s.load("g")
	if g.Version() != 0 || g.Exists() {
		s.Fatalf("a group in an empty store: version %d, known %v, want 0 and false", g.Version(), g.Exists())
	}
	s.commit(s.add(g, counters(3)...))
	s.same(g)
}

func testSteps(s *session) {
	g := s.made("g", 3)
	for _, at := range []int{0, 2, 2, 1, nowhere + 1} {
		s.commit(s.track(g, at))
		s.same(g)
	}
	g = s.load("g") // and on from what the store says
	s.commit(s.track(g, 1))
	s.same(g)
}

func testRepeated(s *session) {
	g := s.made("g", 3)
	c := s.call(g, 1, record.MessageID{ID: "a", Expires: now})
	s.commit(c)
	s.conflict([]*record.Change{c}, "g")
	s.conflict([]*record.Change{c}, "g")
	s.same(g)
	s.commit(s.track(g, 1))
	s.same(g)
}

func testLate(s *session) {
	s.made("g", 3)
	first, second := s.load("g"), s.load("g")
	early := s.call(first, 0, record.MessageID{ID: "early", Expires: now})
	s.track(second, 0) // the same state, so that later builds on it
	later := s.track(second, 0, 1)
	s.commit(early)
	s.commit(later)
	s.conflict([]*record.Change{early}, "g")
	s.same(second)
	if _, ok := s.seen("g", "early"); !ok {
		s.Fatal("the id of the early change is gone")
	}
}

func testGap(s *session) {
	g := s.made("g", 3)
	before := s.load("g")
	s.track(g, 0)
	gap := s.call(g, 0, record.MessageID{ID: "a", Expires: now})
	s.conflict([]*record.Change{gap}, "g")
	s.same(before)
	if _, ok := s.seen("g", "a"); ok {
		s.Fatal("the change did not apply, but its id is remembered")
	}

	s.commit(s.track(before, 1))
	behind := s.load("g")
	wide := s.must(change(behind, func() error { return errors.Join(one(behind, 0, false), one(behind, 0, false)) }))
	s.commit(s.track(before, 2))
	s.conflict([]*record.Change{wide}, "g") // from a version that is over to one that is to come
	s.same(before)
}

func testMany(s *session) {
	const n = 50
	groups := make([]*group.Group, n)
	changes := make([]*record.Change, n)
	for i := range groups {
		groups[i] = s.load(fmt.Sprintf("group %d", i))
		changes[i] = s.add(groups[i], counters(1+i%5)...)
	}
	s.commit(changes...)
	s.same(groups...)
	for i, g := range groups {
		changes[i] = s.track(g, 0)
	}
	s.commit(changes...)
	s.same(groups...)
}

func testOneConflicts(s *session) {
	a, b, c := s.made("a", 3), s.made("b", 3), s.made("c", 3)
	b2, c2 := s.load("b"), s.load("c")
	s.commit(s.track(b2, 0))
	s.commit(s.track(c2, 2))
	changes := []*record.Change{s.track(a, 1), s.track(b, 1, 2), s.track(c, 1, 2)}
	s.conflict(changes, "b", "c")
	s.same(a, b2, c2)

	err := s.store.Commit(s.Context(), changes)
	conflict, ok := errors.AsType[*store.ConflictError](err)
	if !ok || !conflict.Conflicted("a") || !conflict.Conflicted("b") || conflict.Conflicted("d") {
		s.Fatalf("the same again: %v, want a conflict for every group", err)
	}
	s.same(a, b2, c2)
}

func testNothing(s *session) {
	s.commit()
	if names := s.groups("", 10); len(names) != 0 {
		s.Fatalf("groups %q after a commit of nothing", names)
	}
}

// testJoined commits calls that were joined into one change.
func testJoined(s *session) {
	g := s.load("g")
	s.commit(s.must(change(g, func() error {
		if _, err := g.Add(counters(200), now); err != nil {
			return err
		}
		for i := range 200 {
			if err := one(g, i, false); err != nil {
				return err
			}
		}
		_, err := g.Remove([]string{"tracker 7"}, now)
		return err
	})))
	s.same(g)
	if want := uint64(202); g.Version() != want {
		s.Fatalf("version %d, want %d", g.Version(), want)
	}
}
