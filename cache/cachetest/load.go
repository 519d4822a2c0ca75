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
	t.Run("once for many who wait", func(t *testing.T) { onceForMany(s.kept(t)) })
	t.Run("a group that cannot be loaded fails alone", func(t *testing.T) { loadFails(s.kept(t)) })
	t.Run("an id that cannot be looked up fails alone", func(t *testing.T) { s.lookupFails(t) })
}

// disk starts the rig with another cache on the same disk.
func (s *suite) reopen(r *rig) {
	r.close()
	r.cache = s.open()
	start(r.T, r.cache, r.disk)
	r.disk.mu.Lock()
	defer r.disk.mu.Unlock()
	r.disk.loads = map[string]int{}
}

func (r *rig) expectLoads(name string, want int) {
	r.Helper()
	r.disk.mu.Lock()
	defer r.disk.mu.Unlock()
	if got := r.disk.loads[name]; got != want {
		r.Errorf("group %q was loaded %d times, want %d", name, got, want)
	}
}

// loadedOnce calls a group again and again, one whose trackers are all gone too.
func (s *suite) loadedOnce(t *testing.T) {
	r := s.kept(t)
	r.update(r.add("g", 1), r.add("empty", 1))
	r.update(r.look("empty", func(g *group.Group) {
		if _, err := g.Remove(nil, 0); err != nil {
			t.Errorf("remove: %v", err)
		}
	}))
	s.reopen(r)
	for n := range int64(5) {
		r.update(r.add("g", 1), r.add("empty", 1))
		r.expectTotal("g", 2+n)
	}
	r.expectLoads("g", 1)
	r.expectLoads("empty", 1)
}

func onceForMany(r *rig) {
	slow := newGate()
	r.disk.onLoad.set(func(string) error {
		slow.pass()
		return nil
	})
	defer slow.open()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { r.update(r.add("new", 1)) })
	}
	r.await("the load", slow.came)
	slow.open()
	all.Wait()
	r.expectLoads("new", 1)
	r.expectTotal("new", 20)
}

var errBroken = errors.New("the disk is broken")

func loadFails(r *rig) {
	r.disk.onLoad.set(func(name string) error { return when(name == "bad", errBroken) })
	calls := []*call{r.add("good", 1), r.add("bad", 1), r.add("good", 1), r.once("bad", "a", 1)}
	if err := r.try(context.Background(), calls...); err != nil {
		r.Fatalf("Update: %v", err)
	}
	for _, c := range calls {
		if want := when(c.name == "bad", errBroken); !errors.Is(c.done(), want) {
			r.Errorf("a call on %q was settled with %v", c.name, c.err)
		}
		if c.name == "bad" && c.applied.Load() != 0 {
			r.Error("a call was applied to a group that could not be loaded")
		}
	}
	r.disk.calm()
	r.update(r.once("bad", "a", 1))
	r.expectTotal("bad", 1)
	r.expectTotal("good", 2)
}

// lookupFails looks up ids of groups that the disk knows.
func (s *suite) lookupFails(t *testing.T) {
	r := s.kept(t)
	r.update(r.add("g", 1000), r.add("h", 1000))
	s.reopen(r)
	r.disk.onSeen.set(func(_, id string) error { return when(id == "bad", errBroken) })
	calls := []*call{r.add("g", 1), r.once("g", "bad", 10), r.once("g", "good", 100), r.once("h", "good", 1)}
	if err := r.try(context.Background(), calls...); err != nil {
		r.Fatalf("Update: %v", err)
	}
	for i, c := range calls {
		if want := when(i == 1, errBroken); !errors.Is(c.done(), want) {
			r.Errorf("call %d was settled with %v, want %v", i, c.err, want)
		}
	}
	if calls[1].applied.Load() != 0 {
		r.Error("a call was applied although its id could not be looked up")
	}
	r.disk.calm()
	r.expectTotal("g", 1101)
	r.expectTotal("h", 1001)
}
