package cachetest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dictrack/dictrack/record"
)

func (s *suite) shared(t *testing.T) {
	if s.features.Shared == nil {
		return
	}
	t.Run("counts are exact", func(t *testing.T) { s.both(t, countedByTwo) })
	t.Run("ids are known to all", func(t *testing.T) { s.both(t, idsOfTwo) })
	t.Run("a copy that is out of date", func(t *testing.T) { s.both(t, outOfDate) })
	t.Run("nobody goes without", func(t *testing.T) { s.both(t, nobodyStarves) })
	t.Run("loaded by two at once", func(t *testing.T) { s.loadedByTwo(t) })
	t.Run("drained by another", func(t *testing.T) { s.drainedByAnother(t) })
	t.Run("flushed by another", func(t *testing.T) { s.both(t, flushedByAnother) })
	t.Run("storm", func(t *testing.T) { s.sharedStorm(t) })
}

// both runs a test on two caches with one hot state, with a Backing and without.
func (s *suite) both(t *testing.T, test func(one, other *rig)) {
	s.each(t, func(r *rig) { test(r, s.beside(r)) })
}

// beside is another rig on the hot state of the first.
func (s *suite) beside(r *rig) *rig {
	if r.disk != nil {
		r.disk.shared = true
	}
	return s.startOn(r.T, s.features.Shared(r.cache), r.disk)
}

func countedByTwo(one, other *rig) {
	const workers, each = 3, 40
	var all sync.WaitGroup
	for _, r := range []*rig{one, other} {
		for range workers {
			all.Go(func() {
				for n := range each {
					r.update(r.add("hot", 1), r.add(fmt.Sprint("g", n%5), 1))
				}
			})
		}
	}
	all.Wait()
	for _, r := range []*rig{one, other} {
		r.expectTotal("hot", 2*workers*each)
		r.expectTotal("g3", 2*workers*each/5)
	}
}

// idsOfTwo makes each call through both, with the same id.
func idsOfTwo(one, other *rig) {
	first := one.once("g", "a", 5)
	one.update(first)
	again := other.once("g", "a", 5)
	other.update(other.add("g", 1), again)
	other.expectSeen(again, seenOf(first))
	var all sync.WaitGroup
	for _, r := range []*rig{one, other} {
		all.Go(func() {
			for n := range 30 {
				r.update(r.once("g", fmt.Sprint("both", n), 1))
			}
		})
	}
	all.Wait()
	one.expectTotal("g", 36)
	other.expectTotal("g", 36)
}

// outOfDate takes turns, so that each one's copy is out of date. A look sees what was settled elsewhere.
func outOfDate(one, other *rig) {
	for n := range int64(10) {
		one.update(one.add("g", 1))
		other.expectTotal("g", 2*n+1)
		other.update(other.add("g", 1))
		one.expectTotal("g", 2*n+2)
	}
	one.expectTotal("unknown", 0)
	other.update(other.add("unknown", 1))
	one.expectTotal("unknown", 1)
}

// nobodyStarves has one cache hammer at a group while the other makes a few calls.
func nobodyStarves(one, other *rig) {
	stop := make(chan struct{})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					one.update(one.add("hot", 1))
				}
			}
		})
	}
	longest := time.Duration(0)
	for range 50 {
		began := time.Now()
		other.update(other.add("hot", 1))
		longest = max(longest, time.Since(began))
	}
	close(stop)
	all.Wait()
	if longest > patience/10 {
		other.Errorf("a call on a hot group took %v", longest)
	}
}

// loadedByTwo has a group come from the disk when both ask at once: one of them wins, and nothing is lost.
func (s *suite) loadedByTwo(t *testing.T) {
	r := s.kept(t)
	r.update(r.add("g", 1), r.once("g", "a", 10))
	s.reopen(r)
	other := s.beside(r)
	var all sync.WaitGroup
	for _, one := range []*rig{r, other} {
		for range 5 {
			all.Go(func() { one.update(one.add("g", 100), one.once("g", "a", 10)) })
		}
	}
	all.Wait()
	r.expectTotal("g", 1011)
	other.expectTotal("g", 1011)
	r.disk.mu.Lock()
	defer r.disk.mu.Unlock()
	if n := r.disk.loads["g"]; n > 2 {
		t.Errorf("the group was loaded %d times by two caches", n)
	}
}

// drainedByAnother closes a cache whose disk is away, and lets the other bring all there.
func (s *suite) drainedByAnother(t *testing.T) {
	r := s.kept(t)
	other := s.beside(r)
	var down atomic.Bool
	down.Store(true)
	r.disk.onPersist.set(func([]*record.Change) error { return when(down.Load(), errBroken) })
	c := r.once("g", "a", 1)
	r.update(c)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := r.cache.Close(ctx); err == nil {
		t.Error("Close: nil, though the disk is away")
	}
	down.Store(false)
	other.drain()
	other.disk.groupTotal(other, "g", 1)
	other.expectKept(c)
}

func flushedByAnother(one, other *rig) {
	one.update(one.add("g", 1), one.once("g", "a", 1))
	other.expectTotal("g", 2)
	other.wipe()
	one.expectTotal("g", 0)
	again := one.once("g", "a", 5)
	one.update(again)
	one.expectSeen(again, nil)
	other.expectTotal("g", 5)
}

// sharedStorm has both insist on their calls, while the disk fails now and then.
func (s *suite) sharedStorm(t *testing.T) {
	r := s.kept(t)
	other := s.beside(r)
	faults(r.disk, 25)
	const callers, each = 3, 30
	var all sync.WaitGroup
	for n, one := range []*rig{r, other} {
		for caller := range callers {
			all.Go(func() {
				for i := range each {
					one.insist(100*time.Millisecond, []order{
						{0, fmt.Sprint(n, caller, i), 1},
						{1, fmt.Sprint("shared", i), 1}, // of all of them, once
					})
				}
			})
		}
	}
	all.Wait()
	r.disk.calm()
	r.drain()
	other.drain()
	r.expectTotal("g0", 2*callers*each)
	other.expectTotal("g1", each)
	r.disk.groupTotal(r, "g0", 2*callers*each)
	r.disk.groupTotal(r, "g1", each)
}
