package cachetest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/dictrack/dictrack/cache"
)

func (s *suite) conflict(t *testing.T) {
	s.runUnlessWriteBehind(t, "a call that lost a conflict is run again", func(t *testing.T) { s.conflictIsRetried(t) })
	s.runUnlessWriteBehind(t, "the id of the winner is found", func(t *testing.T) { s.idOfOtherCache(t) })
	s.runUnlessWriteBehind(t, "two caches on one store", func(t *testing.T) { s.twoCaches(t) })
}

// updateElsewhere updates the disk through another cache.
func (s *suite) updateElsewhere(e *env, calls ...*testTask) {
	e.Helper()
	other := s.open()
	start(e.T, other, e.store)
	tasks := make([]cache.Task, len(calls))
	for i, c := range calls {
		tasks[i] = c
	}
	if err := other.Update(context.Background(), tasks); err != nil {
		e.Errorf("update elsewhere: %v", err)
	}
	if err := other.Close(context.Background()); err != nil {
		e.Errorf("close elsewhere: %v", err)
	}
}

// conflictIsRetried lets another writer be faster on one group of three.
func (s *suite) conflictIsRetried(t *testing.T) {
	e := s.withStore(t)
	e.update(e.add("a", 1), e.add("b", 1), e.add("c", 1))
	s.updateElsewhere(e, e.add("b", 100))
	calls := []*testTask{e.add("a", 10), e.add("b", 10), e.add("b", 20), e.add("c", 10)}
	e.update(calls...)
	for i, c := range calls {
		again := c.applyCount.Load() == 2
		if want := i == 1; again != want && i != 2 { // the second on b may come in a round of its own
			t.Errorf("call %d, on %q, was applied %d times", i, c.name, c.applyCount.Load())
		}
	}
	if calls[2].version != 4 {
		t.Errorf("the last call on b led to version %d, want 4", calls[2].version)
	}
	e.expectTotal("a", 11)
	e.expectTotal("b", 131)
	e.expectTotal("c", 11)
}

func (s *suite) idOfOtherCache(t *testing.T) {
	e := s.withStore(t)
	e.update(e.add("g", 1))
	first := e.addWithID("g", "x", 5)
	s.updateElsewhere(e, first)
	second := e.addWithID("g", "x", 5)
	e.update(e.add("g", 100), second)
	e.expectSeen(second, seenOf(first))
	e.expectTotal("g", 106)
}

func (s *suite) twoCaches(t *testing.T) {
	e := s.withStore(t)
	e.store.shared = true
	other := s.start(t, e.store)
	const each = 50
	var all sync.WaitGroup
	for _, one := range []*env{e, other} {
		for worker := range 2 {
			all.Go(func() {
				for n := range each {
					one.update(one.add("g", 1), one.add(fmt.Sprint("h", worker), 1), one.addWithID("g", fmt.Sprint(worker, n), 1))
				}
			})
		}
	}
	all.Wait()
	// Each id is used by both caches, and happens once.
	e.store.expectTotal(e, "g", 4*each+2*each)
	e.store.expectTotal(e, "h0", 2*each)
	e.store.expectTotal(e, "h1", 2*each)
}

// expectTotal checks what is stored of a group.
func (d *faultyStore) expectTotal(e *env, name string, want int64) {
	e.Helper()
	g, err := d.Load(context.Background(), name)
	if err != nil {
		e.Fatalf("load group %q: %v", name, err)
	}
	if got := sum(g); got != want {
		e.Errorf("the disk has %d in group %q, want %d", got, name, want)
	}
}

var _ cache.Conflict = conflict{}

var _ cache.BackingStore = (*faultyStore)(nil)
