package engine

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/tracker"
)

// collect collects garbage until holds is true; false when it does not become so.
func collect(holds func() bool) bool {
	for range 100 {
		if holds() {
			return true
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	return false
}

// sharing is a fixture whose compiled sets can be counted.
type sharing struct {
	*fixture
	sets *setCache
}

func openSharing(t *testing.T) *sharing {
	s := &sharing{open(t), &setCache{}}
	s.deps.compile = s.sets.compile
	return s
}

// fill gives groups the same trackers, and messages so that their sets are compiled.
func (s *sharing) fill(groups int, specs ...tracker.Spec) {
	s.Helper()
	for g := range groups {
		s.add(fmt.Sprint("g", g), specs...)
		s.track(fmt.Sprint("g", g), "")
	}
}

// sizes are the numbers of definitions and of sets in memory.
func (s *sharing) sizes() (definitions, sets int) {
	return s.definitions.interned.len(), s.sets.sets.len()
}

// TestEqualDefinitionsAreShared by all groups, and so are their compiled sets.
func TestEqualDefinitionsAreShared(t *testing.T) {
	s := openSharing(t)
	s.fill(50, counter("a", 9), counter("b", 9))
	runtime.GC()
	if definitions, sets := s.sizes(); definitions != 2 || sets != 1 {
		t.Errorf("%d definitions and %d sets for 50 groups of the same two trackers", definitions, sets)
	}
	var seen [2]*tracker.Definition
	for i, name := range []string{"g1", "g2"} {
		err := s.Read(t.Context(), name, func(g *group.Group) error {
			snaps, err := g.Snapshots("a")
			if err == nil {
				seen[i] = snaps[0].Definition
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen[0] != seen[1] {
		t.Error("two groups have definitions of their own")
	}
}

// TestUnusedDefinitionsAreDropped when no group has them any more.
func TestUnusedDefinitionsAreDropped(t *testing.T) {
	s := openSharing(t)
	for i := range 20 {
		s.fill(1, counter(fmt.Sprint("t", i), 9))
	}
	s.flush()
	s.fill(1, counter("last", 9))
	if !collect(func() bool { definitions, sets := s.sizes(); return definitions == 1 && sets == 1 }) {
		definitions, sets := s.sizes()
		t.Errorf("%d definitions and %d sets are held for the one tracker there is", definitions, sets)
	}
}

// TestDefinitionThatComesBack is shared anew after it was dropped.
func TestDefinitionThatComesBack(t *testing.T) {
	s := openSharing(t)
	for range 5 {
		s.fill(2, counter("a", 9))
		s.flush()
		runtime.GC()
	}
	s.fill(2, counter("a", 9))
	if !collect(func() bool { definitions, sets := s.sizes(); return definitions == 1 && sets == 1 }) {
		t.Error("the definition is not shared")
	}
}

// TestSetsOverABase have keys of their own.
func TestSetsOverABase(t *testing.T) {
	s := openSharing(t)
	d, err := s.Definitions().New(counter("a", 9))
	if err != nil {
		t.Fatal(err)
	}
	list := []*tracker.Definition{d}
	base := s.sets.compile(nil, list)
	if s.sets.compile(nil, list) != base {
		t.Error("equal lists have sets of their own")
	}
	if s.sets.compile(base, list) == base {
		t.Error("a set over another one is that other one")
	}
}
