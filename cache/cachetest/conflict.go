package cachetest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/dictrack/dictrack/cache"
)

func (s *suite) conflict(t *testing.T) {
	s.through(t, "what came too late is done again", func(t *testing.T) { s.doneAgain(t) })
	s.through(t, "an id of the faster one is found", func(t *testing.T) { s.fasterID(t) })
	s.through(t, "two caches on one backing", func(t *testing.T) { s.twoCaches(t) })
}

// elsewhere updates the disk through another cache.
func (s *suite) elsewhere(r *rig, calls ...*call) {
	r.Helper()
	other := s.open()
	start(r.T, other, r.disk)
	tasks := make([]cache.Task, len(calls))
	for i, c := range calls {
		tasks[i] = c
	}
	if err := other.Update(context.Background(), tasks); err != nil {
		r.Errorf("update elsewhere: %v", err)
	}
	if err := other.Close(context.Background()); err != nil {
		r.Errorf("close elsewhere: %v", err)
	}
}

// doneAgain lets another writer be faster on one group of three.
func (s *suite) doneAgain(t *testing.T) {
	r := s.kept(t)
	r.update(r.add("a", 1), r.add("b", 1), r.add("c", 1))
	s.elsewhere(r, r.add("b", 100))
	calls := []*call{r.add("a", 10), r.add("b", 10), r.add("b", 20), r.add("c", 10)}
	r.update(calls...)
	for i, c := range calls {
		again := c.applied.Load() == 2
		if want := i == 1; again != want && i != 2 { // the second on b may come in a round of its own
			t.Errorf("call %d, on %q, was applied %d times", i, c.name, c.applied.Load())
		}
	}
	if calls[2].version != 4 {
		t.Errorf("the last call on b led to version %d, want 4", calls[2].version)
	}
	r.expectTotal("a", 11)
	r.expectTotal("b", 131)
	r.expectTotal("c", 11)
}

func (s *suite) fasterID(t *testing.T) {
	r := s.kept(t)
	r.update(r.add("g", 1))
	first := r.once("g", "x", 5)
	s.elsewhere(r, first)
	second := r.once("g", "x", 5)
	r.update(r.add("g", 100), second)
	r.expectSeen(second, seenOf(first))
	r.expectTotal("g", 106)
}

func (s *suite) twoCaches(t *testing.T) {
	r := s.kept(t)
	r.disk.shared = true
	other := s.start(t, r.disk)
	const each = 50
	var all sync.WaitGroup
	for _, one := range []*rig{r, other} {
		for worker := range 2 {
			all.Go(func() {
				for n := range each {
					one.update(one.add("g", 1), one.add(fmt.Sprint("h", worker), 1), one.once("g", fmt.Sprint(worker, n), 1))
				}
			})
		}
	}
	all.Wait()
	// Each id is used by both caches, and happens once.
	r.disk.groupTotal(r, "g", 4*each+2*each)
	r.disk.groupTotal(r, "h0", 2*each)
	r.disk.groupTotal(r, "h1", 2*each)
}

// groupTotal checks what is kept of a group.
func (d *disk) groupTotal(r *rig, name string, want int64) {
	r.Helper()
	g, err := d.Load(context.Background(), name)
	if err != nil {
		r.Fatalf("load group %q: %v", name, err)
	}
	if got := sum(g); got != want {
		r.Errorf("the disk has %d in group %q, want %d", got, name, want)
	}
}

var _ cache.Conflict = conflict{}

var _ cache.BackingStore = (*disk)(nil)
