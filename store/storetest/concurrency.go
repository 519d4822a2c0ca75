package storetest

import (
	"errors"
	"fmt"
	"sync"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/store"
)

// together runs f n times at once and fails on the first error.
func (s *session) together(n int, f func(i int) error) {
	s.Helper()
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = f(i) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		s.Fatal(err)
	}
}

// testParallel commits to many groups at once, each from one goroutine.
func testParallel(s *session) {
	const writers, steps = 16, 20
	groups := make([]*group.Group, writers)
	s.together(writers, func(i int) error {
		g := group.New(fmt.Sprintf("group %d", i), 0)
		groups[i] = g
		c, err := add(g, counters(1+i*20)...)
		for step := 0; step < steps && err == nil; step++ {
			if err = s.store.Commit(s.Context(), []*group.Change{c}); err == nil {
				c, err = call(g, i*20*(step%2), group.Seen{ID: fmt.Sprint(step), Expires: now})
			}
		}
		return errors.Join(err, s.store.Commit(s.Context(), []*group.Change{c}))
	})
	s.same(groups...)
	for _, g := range groups {
		for step := range steps {
			if seen, ok := s.seen(g.Name(), fmt.Sprint(step)); !ok || seen.Version != uint64(step+2) {
				s.Fatalf("group %q, id %d: %+v, %v, want version %d", g.Name(), step, seen, ok, step+2)
			}
		}
	}
}

// testRace commits changes with the same base at once. They join one call, two, three and so on, so that
// each leads to a version of its own: the one that the group has tells which applied. The others conflict,
// and of none there is anything to see.
func testRace(s *session) {
	const racers = 8
	s.made("g", 300)
	for round := range 10 {
		base := s.load("g").Version()
		groups, changes := s.racers("g", racers, round)
		errs := make([]error, racers)
		s.together(racers, func(i int) error {
			errs[i] = s.store.Commit(s.Context(), changes[i:i+1])
			return nil
		})
		winner := int(s.load("g").Version() - base - 1)
		if winner < 0 || winner >= racers {
			s.Fatalf("version %d after a race from %d, want that of one of the racers", s.load("g").Version(), base)
		}
		s.same(groups[winner])
		for i, err := range errs {
			s.expectRaced(round, i, winner, err)
		}
	}
}

// racers change the same group, the i-th with i+1 calls.
func (s *session) racers(name string, n, round int) ([]*group.Group, []*group.Change) {
	s.Helper()
	groups, changes := make([]*group.Group, n), make([]*group.Change, n)
	for i := range groups {
		g := s.load(name)
		groups[i] = g
		changes[i] = s.must(change(g, func() error {
			g.Recorded().See(group.Seen{ID: fmt.Sprintf("%d/%d", round, i), Expires: now})
			for range i + 1 {
				if err := one(g, i*40, false); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	return groups, changes
}

func (s *session) expectRaced(round, i, winner int, err error) {
	s.Helper()
	_, conflicted := errors.AsType[*store.ConflictError](err)
	if conflicted != (i != winner) || err != nil && !conflicted {
		s.Fatalf("racer %d, where %d won: %v", i, winner, err)
	}
	if _, ok := s.seen("g", fmt.Sprintf("%d/%d", round, i)); ok != (i == winner) {
		s.Fatalf("racer %d, where %d won: its id remembered is %v", i, winner, ok)
	}
}

// testReaders loads while commits go on: a group is read as a whole, of one version.
func testReaders(s *session) {
	const places, steps = 300, 60
	g := s.made("g", places)
	done := make(chan struct{})
	s.together(5, func(i int) error {
		if i == 0 {
			defer close(done)
			return s.write(g, steps, places)
		}
		for {
			if err := s.whole(); err != nil {
				return err
			}
			select {
			case <-done:
				return nil
			default:
			}
		}
	})
	s.same(g)
}

// write moves the first, a middle and the last tracker in every step.
func (s *session) write(g *group.Group, steps, places int) error {
	for range steps {
		c, err := track(g, 0, places/2, places-1)
		if err == nil {
			err = s.store.Commit(s.Context(), []*group.Change{c})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// whole checks that the three trackers moved as often as the version says.
func (s *session) whole() error {
	g, err := restore(s.Context(), s.store, "g")
	if err != nil {
		return err
	}
	snaps, err := g.Snapshots("tracker 0", "tracker 150", "tracker 299")
	if err != nil {
		return err
	}
	for i := range snaps {
		if want := fmt.Sprint((g.Version() - 1) / 3); snaps[i].Progress.String() != want {
			return fmt.Errorf("at version %d %s stands at %s, want %s", g.Version(), snaps[i].Name, snaps[i].Progress, want)
		}
	}
	return nil
}
