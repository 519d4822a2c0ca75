package dictrack_test

import (
	"context"
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/managertest"
)

// TestClosedManagerIsFreed checks that a closed Manager is garbage collected, with all its groups.
func TestClosedManagerIsFreed(t *testing.T) {
	m := closedManager(t)
	for begun := time.Now(); m.Value() != nil; time.Sleep(time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			t.Fatal("the Manager is still in memory")
		}
		runtime.GC()
	}
}

// closedManager is a function of its own, so that nothing of it stays on the stack.
//
//go:noinline
func closedManager(t *testing.T) weak.Pointer[dictrack.Manager] {
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range []string{"g0", "g1", "g2"} {
		if err := m.Add(ctx, group, managertest.Count("a", 9), managertest.Count("b", 9)); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Track(ctx, dictrack.Message{Group: group, Data: map[string]any{}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(ctx); err != nil {
		t.Fatal(err)
	}
	return weak.Make(m)
}
