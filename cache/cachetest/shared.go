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
	t.Run("counts are exact", func(t *testing.T) { s.twoCachesEach(t, countsAreExact) })
	t.Run("ids are known to all caches", func(t *testing.T) { s.twoCachesEach(t, idsOfTwo) })
	t.Run("outdated copies", func(t *testing.T) { s.twoCachesEach(t, staleCopies) })
	t.Run("no cache starves", func(t *testing.T) { s.twoCachesEach(t, noStarvation) })
	t.Run("loaded by two caches at once", func(t *testing.T) { s.twoCachesLoad(t) })
	t.Run("written back by another cache", func(t *testing.T) { s.otherCacheWrites(t) })
	t.Run("flushed by another cache", func(t *testing.T) { s.twoCachesEach(t, otherCacheFlushes) })
	t.Run("stress", func(t *testing.T) { s.sharedStress(t) })
}

// twoCachesEach runs a test on two caches with one hot state, with a Backing and without.
func (s *suite) twoCachesEach(t *testing.T, test func(one, other *env)) {
	s.withAndWithoutStore(t, func(e *env) { test(e, s.secondCache(e)) })
}

// secondCache is another env on the shared state of the first.
func (s *suite) secondCache(e *env) *env {
	if e.store != nil {
		e.store.shared = true
	}
	return s.startOn(e.T, s.features.Shared(e.cache), e.store)
}

func countsAreExact(one, other *env) {
	const workers, each = 3, 40
	var all sync.WaitGroup
	for _, e := range []*env{one, other} {
		for range workers {
			all.Go(func() {
				for n := range each {
					e.update(e.add("hot", 1), e.add(fmt.Sprint("g", n%5), 1))
				}
			})
		}
	}
	all.Wait()
	for _, e := range []*env{one, other} {
		e.expectTotal("hot", 2*workers*each)
		e.expectTotal("g3", 2*workers*each/5)
	}
}

// idsOfTwo makes each call through both, with the same id.
func idsOfTwo(one, other *env) {
	first := one.addWithID("g", "a", 5)
	one.update(first)
	again := other.addWithID("g", "a", 5)
	other.update(other.add("g", 1), again)
	other.expectSeen(again, seenOf(first))
	var all sync.WaitGroup
	for _, e := range []*env{one, other} {
		all.Go(func() {
			for n := range 30 {
				e.update(e.addWithID("g", fmt.Sprint("both", n), 1))
			}
		})
	}
	all.Wait()
	one.expectTotal("g", 36)
	other.expectTotal("g", 36)
}

// staleCopies takes turns, so that each one's copy is out of date. A read sees what was done elsewhere.
func staleCopies(one, other *env) {
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

// noStarvation has one cache hammer at a group while the other makes a few calls.
func noStarvation(one, other *env) {
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
	if longest > testTimeout/10 {
		other.Errorf("a call on a hot group took %v", longest)
	}
}

// twoCachesLoad has a group come from the disk when both ask at once: one of them wins, and nothing is lost.
func (s *suite) twoCachesLoad(t *testing.T) {
	e := s.withStore(t)
	e.update(e.add("g", 1), e.addWithID("g", "a", 10))
	s.reopen(e)
	other := s.secondCache(e)
	var all sync.WaitGroup
	for _, one := range []*env{e, other} {
		for range 5 {
			all.Go(func() { one.update(one.add("g", 100), one.addWithID("g", "a", 10)) })
		}
	}
	all.Wait()
	e.expectTotal("g", 1011)
	other.expectTotal("g", 1011)
	e.store.mu.Lock()
	defer e.store.mu.Unlock()
	if n := e.store.loads["g"]; n > 2 {
		t.Errorf("the group was loaded %d times by two caches", n)
	}
}

// otherCacheWrites closes a cache whose disk is away, and lets the other bring all there.
func (s *suite) otherCacheWrites(t *testing.T) {
	e := s.withStore(t)
	other := s.secondCache(e)
	var down atomic.Bool
	down.Store(true)
	e.store.beforeCommit.set(func([]*record.Change) error { return when(down.Load(), errBroken) })
	c := e.addWithID("g", "a", 1)
	e.update(c)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := e.cache.Close(ctx); err == nil {
		t.Error("Close: nil, though the disk is away")
	}
	down.Store(false)
	other.sync()
	other.store.expectTotal(other, "g", 1)
	other.expectStoredID(c)
}

func otherCacheFlushes(one, other *env) {
	one.update(one.add("g", 1), one.addWithID("g", "a", 1))
	other.expectTotal("g", 2)
	other.flush()
	one.expectTotal("g", 0)
	again := one.addWithID("g", "a", 5)
	one.update(again)
	one.expectSeen(again, nil)
	other.expectTotal("g", 5)
}

// sharedStress has both insist on their calls, while the disk fails now and then.
func (s *suite) sharedStress(t *testing.T) {
	e := s.withStore(t)
	other := s.secondCache(e)
	injectFaults(e.store, 25)
	const callers, each = 3, 30
	var all sync.WaitGroup
	for n, one := range []*env{e, other} {
		for caller := range callers {
			all.Go(func() {
				for i := range each {
					one.retryUntilDone(100*time.Millisecond, []addition{
						{0, fmt.Sprint(n, caller, i), 1},
						{1, fmt.Sprint("shared", i), 1}, // of all of them, once
					})
				}
			})
		}
	}
	all.Wait()
	e.store.clearFaults()
	e.sync()
	other.sync()
	e.expectTotal("g0", 2*callers*each)
	other.expectTotal("g1", each)
	e.store.expectTotal(e, "g0", 2*callers*each)
	e.store.expectTotal(e, "g1", each)
}
