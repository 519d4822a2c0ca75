package dictrack

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/dictrack/dictrack/tracker"
)

// held counts what the interners still know.
func (m *Manager) held() (definitions, sets int) {
	m.definitions.mu.Lock()
	definitions = len(m.definitions.known)
	m.definitions.mu.Unlock()
	m.sets.mu.Lock()
	defer m.sets.mu.Unlock()
	return definitions, len(m.sets.known)
}

// eventually collects garbage until something is so.
func eventually(so func() bool) bool {
	for range 100 {
		if so() {
			return true
		}
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	return false
}

func openPlain(t *testing.T) *Manager {
	t.Helper()
	m, err := Open(context.Background(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// fill gives groups the same trackers, and data so that their sets are compiled.
func fill(t *testing.T, m *Manager, groups int, specs ...tracker.Spec) {
	t.Helper()
	for g := range groups {
		name := fmt.Sprint("g", g)
		if err := m.Add(context.Background(), name, specs...); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Track(context.Background(), name, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEqualDefinitionsAreShared by all groups, and so are their compiled sets.
func TestEqualDefinitionsAreShared(t *testing.T) {
	m := openPlain(t)
	defer func() { _ = m.Close(context.Background()) }()
	fill(t, m, 50, Count("a", Targets(9)), Sum("b", "n", Targets(9)))
	runtime.GC()
	if definitions, sets := m.held(); definitions != 2 || sets != 1 {
		t.Errorf("%d definitions and %d sets for 50 groups of the same two trackers", definitions, sets)
	}
	one, err := m.Get(context.Background(), "g1", "a")
	if err != nil {
		t.Fatal(err)
	}
	other, err := m.Get(context.Background(), "g2", "a")
	if err != nil || one.Definition != other.Definition {
		t.Errorf("two groups have definitions of their own (%v)", err)
	}
}

// TestUnusedDefinitionsAreDropped when no group has them any more.
func TestUnusedDefinitionsAreDropped(t *testing.T) {
	m := openPlain(t)
	defer func() { _ = m.Close(context.Background()) }()
	for i := range 20 {
		fill(t, m, 1, Count(fmt.Sprint("t", i), Targets(9)))
	}
	if err := m.Flush(context.Background(), FlushEverything); err != nil {
		t.Fatal(err)
	}
	fill(t, m, 1, Count("last", Targets(9)))
	if !eventually(func() bool { definitions, sets := m.held(); return definitions == 1 && sets == 1 }) {
		definitions, sets := m.held()
		t.Errorf("%d definitions and %d sets are held for the one tracker there is", definitions, sets)
	}
}

// TestDefinitionThatComesBack is shared anew after it was dropped.
func TestDefinitionThatComesBack(t *testing.T) {
	m := openPlain(t)
	defer func() { _ = m.Close(context.Background()) }()
	for range 5 {
		fill(t, m, 2, Count("a", Targets(9)))
		if err := m.Flush(context.Background(), FlushEverything); err != nil {
			t.Fatal(err)
		}
		runtime.GC()
	}
	fill(t, m, 2, Count("a", Targets(9)))
	if !eventually(func() bool { definitions, sets := m.held(); return definitions == 1 && sets == 1 }) {
		t.Error("the definition is not shared")
	}
}

// TestClosedManagerIsFreed with all its groups, though their definitions have cleanups that point at it.
func TestClosedManagerIsFreed(t *testing.T) {
	gone := closedManager(t)
	if !eventually(func() bool { return gone.Value() == nil }) {
		t.Error("the Manager is still in memory, and everything it held with it")
	}
}

// closedManager is a function of its own, so that nothing of it stays on the stack.
//
//go:noinline
func closedManager(t *testing.T) weak.Pointer[Manager] {
	m := openPlain(t)
	fill(t, m, 3, Count("a", Targets(9)), Count("b", Targets(9)))
	if err := m.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	return weak.Make(m)
}
