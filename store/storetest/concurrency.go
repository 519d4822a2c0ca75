package storetest

import (
	"errors"
	"fmt"
	"sync"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
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
	writers, steps := 16, s.times(20)
	groups := make([]*group.Group, writers)
	s.together(writers, func(i int) error {
		g := group.New(fmt.Sprintf("group %d", i), 0)
		groups[i] = g
		c, err := add(g, counters(1+i*20)...)
		for step := 0; step < steps && err == nil; step++ {
			if err = s.store.Commit(s.Context(), []*record.Change{c}); err == nil {
				c, err = call(g, i*20*(step%2), record.MessageID{ID: fmt.Sprint(step), Expires: now})
			}
		}
		return errors.Join(err, s.store.Commit(s.Context(), []*record.Change{c}))
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

// testRace commits changes from the same base to the same version at once: one applies, the others hear
// that they lost, and of those there is nothing to see.
func testRace(s *session) {
	const racers = 8
	s.made("g", 300)
	for round := range 10 {
		groups, changes := make([]*group.Group, racers), make([]*record.Change, racers)
		for i := range groups {
			groups[i] = s.load("g")
			changes[i] = s.call(groups[i], i*40, record.MessageID{ID: fmt.Sprintf("%d/%d", round, i), Expires: now})
		}
		errs := make([]error, racers)
		s.together(racers, func(i int) error {
			errs[i] = s.store.Commit(s.Context(), changes[i:i+1])
			return nil
		})
		winners := 0
		for i, err := range errs {
			if s.raced(fmt.Sprintf("%d/%d", round, i), err) {
				winners++
				s.same(groups[i])
			}
		}
		if winners != 1 {
			s.Fatalf("%d of %d changes with the same base applied: %v", winners, racers, errs)
		}
	}
}

// raced tells whether a racer won, and checks that its id is remembered only then.
func (s *session) raced(id string, err error) bool {
	s.Helper()
	if _, lost := errors.AsType[*store.ConflictError](err); err != nil && !lost {
		s.Fatalf("racer %s: %v", id, err)
	}
	if _, ok := s.seen("g", id); ok != (err == nil) {
		s.Fatalf("racer %s: %v, and its id remembered is %v", id, err, ok)
	}
	return err == nil
}

// testContended counts in one group from many goroutines, each of which loads, steps, commits, and does
// so again after a conflict: no step is lost.
func testContended(s *session) {
	const counters, steps = 6, 15
	s.made("g", 1)
	s.together(counters, func(int) error {
		for done := 0; done < steps; {
			g, err := restore(s.Context(), s.store, "g")
			if err != nil {
				return err
			}
			c, err := track(g, 0)
			if err != nil {
				return err
			}
			err = s.store.Commit(s.Context(), []*record.Change{c})
			if _, late := errors.AsType[*store.ConflictError](err); err != nil && !late {
				return err
			}
			if err == nil {
				done++
			}
		}
		return nil
	})
	snaps, err := s.load("g").Snapshots()
	if err != nil || snaps[0].Progress.String() != fmt.Sprint(counters*steps) {
		s.Fatalf("%v after %d steps, %v", snaps[0].Progress, counters*steps, err)
	}
}

// testReaders loads while commits go on: a group is read as a whole, of one version.
func testReaders(s *session) {
	places, steps := 1000, s.times(80)
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
			err = s.store.Commit(s.Context(), []*record.Change{c})
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
	snaps, err := g.Snapshots("tracker 0", "tracker 500", "tracker 999")
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
