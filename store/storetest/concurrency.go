package storetest

import (
	"errors"
	"fmt"
	"sync"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
)

// concurrently runs f in n goroutines, waits for all, and fails the test if any returned an error.
func (s *session) concurrently(n int, f func(i int) error) {
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

// testConcurrentGroups commits to many groups at once, to each from one goroutine.
func testConcurrentGroups(s *session) {
	writers, steps := 16, s.repetitions(20)
	groups := make([]*group.Group, writers)
	s.concurrently(writers, func(i int) error {
		g := group.New(fmt.Sprintf("group %d", i), 0)
		groups[i] = g
		c, err := addTrackers(g, counters(1+i*20)...)
		for step := 0; step < steps && err == nil; step++ {
			if err = s.store.Commit(s.Context(), []*record.Change{c}); err == nil {
				c, err = trackWithID(g, i*20*(step%2), record.MessageID{ID: fmt.Sprint(step), Expires: now})
			}
		}
		return errors.Join(err, s.store.Commit(s.Context(), []*record.Change{c}))
	})
	s.expectStored(groups...)
	for _, g := range groups {
		for step := range steps {
			if seen, ok := s.findID(g.Name(), fmt.Sprint(step)); !ok || seen.Version != uint64(step+2) {
				s.Fatalf("group %q, id %d: %+v, %v, want version %d", g.Name(), step, seen, ok, step+2)
			}
		}
	}
}

// testConcurrentChangesOfOneVersion commits changes from the same base version at once: exactly one applies, the
// others conflict and leave no trace.
func testConcurrentChangesOfOneVersion(s *session) {
	const racers = 8
	s.newGroup("g", 300)
	for round := range 10 {
		groups, changes := make([]*group.Group, racers), make([]*record.Change, racers)
		for i := range groups {
			groups[i] = s.load("g")
			changes[i] = s.trackWithID(groups[i], i*40, record.MessageID{ID: fmt.Sprintf("%d/%d", round, i), Expires: now})
		}
		errs := make([]error, racers)
		s.concurrently(racers, func(i int) error {
			errs[i] = s.store.Commit(s.Context(), changes[i:i+1])
			return nil
		})
		winners := 0
		for i, err := range errs {
			if s.checkRacer(fmt.Sprintf("%d/%d", round, i), err) {
				winners++
				s.expectStored(groups[i])
			}
		}
		if winners != 1 {
			s.Fatalf("%d of %d changes with the same base applied: %v", winners, racers, errs)
		}
	}
}

// checkRacer tells whether a racer's commit applied, and checks that its message id is remembered only then.
func (s *session) checkRacer(id string, err error) bool {
	s.Helper()
	if _, lost := errors.AsType[*store.ConflictError](err); err != nil && !lost {
		s.Fatalf("racer %s: %v", id, err)
	}
	if _, ok := s.findID("g", id); ok != (err == nil) {
		s.Fatalf("racer %s: Commit returned %v, but id remembered is %v", id, err, ok)
	}
	return err == nil
}

// testConcurrentReadModifyWrite counts in one group from many goroutines, each of which loads, tracks,
// commits, and retries after a conflict: no update is lost.
func testConcurrentReadModifyWrite(s *session) {
	const counters, steps = 6, 15
	s.newGroup("g", 1)
	s.concurrently(counters, func(int) error {
		for done := 0; done < steps; {
			g, err := loadGroup(s.Context(), s.store, "g")
			if err != nil {
				return err
			}
			c, err := trackEach(g, 0)
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
		s.Fatalf("progress %v after %d steps, %v", snaps[0].Progress, counters*steps, err)
	}
}

// testLoadDuringCommits loads while commits go on: every load returns the whole group at one version.
func testLoadDuringCommits(s *session) {
	trackers, steps := 1000, s.repetitions(80)
	g := s.newGroup("g", trackers)
	done := make(chan struct{})
	s.concurrently(5, func(i int) error {
		if i == 0 {
			defer close(done)
			return s.trackRepeatedly(g, steps, trackers)
		}
		for {
			if err := s.checkConsistent(); err != nil {
				return err
			}
			select {
			case <-done:
				return nil
			default:
			}
		}
	})
	s.expectStored(g)
}

// trackRepeatedly moves the first, the middle and the last tracker in every step, one commit each.
func (s *session) trackRepeatedly(g *group.Group, steps, trackers int) error {
	for range steps {
		c, err := trackEach(g, 0, trackers/2, trackers-1)
		if err == nil {
			err = s.store.Commit(s.Context(), []*record.Change{c})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkConsistent checks that the three trackers moved as often as the group's version implies.
func (s *session) checkConsistent() error {
	g, err := loadGroup(s.Context(), s.store, "g")
	if err != nil {
		return err
	}
	snaps, err := g.Snapshots("tracker 0", "tracker 500", "tracker 999")
	if err != nil {
		return err
	}
	for i := range snaps {
		if want := fmt.Sprint((g.Version() - 1) / 3); snaps[i].Progress.String() != want {
			return fmt.Errorf("at version %d the progress of %s is %s, want %s", g.Version(), snaps[i].Name, snaps[i].Progress, want)
		}
	}
	return nil
}
