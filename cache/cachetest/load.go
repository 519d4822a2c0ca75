package cachetest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/dictrack/dictrack/group"
)

func (s *suite) load(t *testing.T) {
	t.Run("a group is loaded once", func(t *testing.T) { s.loadedOnce(t) })
	t.Run("once for many who wait", func(t *testing.T) { waitersShareOneLoad(s.withStore(t)) })
	t.Run("a group that cannot be loaded fails alone", func(t *testing.T) { loadFailsForOneGroup(s.withStore(t)) })
	t.Run("an id that cannot be looked up fails alone", func(t *testing.T) { s.lookupFails(t) })
}

// disk starts an env with another cache on the same store.
func (s *suite) reopen(e *env) {
	e.close()
	e.cache = s.open()
	start(e.T, e.cache, e.store)
	e.store.mu.Lock()
	defer e.store.mu.Unlock()
	e.store.loads = map[string]int{}
}

func (e *env) expectLoads(name string, want int) {
	e.Helper()
	e.store.mu.Lock()
	defer e.store.mu.Unlock()
	if got := e.store.loads[name]; got != want {
		e.Errorf("group %q was loaded %d times, want %d", name, got, want)
	}
}

// loadedOnce calls a group again and again, one whose trackers are all gone too.
func (s *suite) loadedOnce(t *testing.T) {
	e := s.withStore(t)
	e.update(e.add("g", 1), e.add("empty", 1))
	e.update(e.read("empty", func(g *group.Group) {
		if _, err := g.Remove(nil, 0); err != nil {
			t.Errorf("remove: %v", err)
		}
	}))
	s.reopen(e)
	for n := range int64(5) {
		e.update(e.add("g", 1), e.add("empty", 1))
		e.expectTotal("g", 2+n)
	}
	e.expectLoads("g", 1)
	e.expectLoads("empty", 1)
}

func waitersShareOneLoad(e *env) {
	slow := newBarrier()
	e.store.beforeLoad.set(func(string) error {
		slow.wait()
		return nil
	})
	defer slow.open()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { e.update(e.add("new", 1)) })
	}
	e.await("the load", slow.reached)
	slow.open()
	all.Wait()
	e.expectLoads("new", 1)
	e.expectTotal("new", 20)
}

var errBroken = errors.New("the disk is broken")

func loadFailsForOneGroup(e *env) {
	e.store.beforeLoad.set(func(name string) error { return when(name == "bad", errBroken) })
	calls := []*testTask{e.add("good", 1), e.add("bad", 1), e.add("good", 1), e.addWithID("bad", "a", 1)}
	if err := e.try(context.Background(), calls...); err != nil {
		e.Fatalf("Update: %v", err)
	}
	for _, c := range calls {
		if want := when(c.name == "bad", errBroken); !errors.Is(c.awaitDone(), want) {
			e.Errorf("a call on %q was done with %v", c.name, c.err)
		}
		if c.name == "bad" && c.applyCount.Load() != 0 {
			e.Error("a call was applied to a group that could not be loaded")
		}
	}
	e.store.clearFaults()
	e.update(e.addWithID("bad", "a", 1))
	e.expectTotal("bad", 1)
	e.expectTotal("good", 2)
}

// lookupFails looks up ids of groups that the disk knows.
func (s *suite) lookupFails(t *testing.T) {
	e := s.withStore(t)
	e.update(e.add("g", 1000), e.add("h", 1000))
	s.reopen(e)
	e.store.beforeLookup.set(func(_, id string) error { return when(id == "bad", errBroken) })
	calls := []*testTask{e.add("g", 1), e.addWithID("g", "bad", 10), e.addWithID("g", "good", 100), e.addWithID("h", "good", 1)}
	if err := e.try(context.Background(), calls...); err != nil {
		e.Fatalf("Update: %v", err)
	}
	for i, c := range calls {
		if want := when(i == 1, errBroken); !errors.Is(c.awaitDone(), want) {
			e.Errorf("call %d was done with %v, want %v", i, c.err, want)
		}
	}
	if calls[1].applyCount.Load() != 0 {
		e.Error("a call was applied although its id could not be looked up")
	}
	e.store.clearFaults()
	e.expectTotal("g", 1101)
	e.expectTotal("h", 1001)
}
