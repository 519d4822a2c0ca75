package dictrack_test

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/tracker"
)

func TestUpdate(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 10))
		f.MustTrack("g", nil)
		events := f.CollectEvents()
		err := f.Update(t.Context(), "g", "a",
			dictrack.AddTargets(20, 30), dictrack.SetReset(tracker.ResetProgress), dictrack.SetLoop(true))
		if err != nil {
			t.Fatal(err)
		}
		managertest.ExpectLines(t, events())
		snap, _ := f.Get(t.Context(), "g", "a")
		spec := snap.Definition.Spec()
		if len(snap.Targets) != 3 || !spec.Loop || spec.Reset != tracker.ResetProgress || snap.Progress.Sign() == 0 {
			t.Errorf("after the edits: %+v, %+v", snap, spec)
		}
		if err := f.Update(t.Context(), "g", "a", dictrack.SetProgress(10.5)); err != nil {
			t.Fatal(err)
		}
		managertest.ExpectLines(t, events(), "STAGE_COMPLETED a 10.5", "RESET a 0")
		if err := f.Update(t.Context(), "g", "a", dictrack.SetLoop(false), dictrack.SetProgress(int8(-3))); err != nil {
			t.Fatal(err)
		}
		f.ExpectProgress("g", "a", "-3/20")
		f.MustTrack("g", nil)
		f.ExpectProgress("g", "a", "-2/20")
	})
}

// TestUpdateCompletes completes trackers by an update: at once, with the events of a step.
func TestUpdateCompletes(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("gone", 5), dictrack.Count("kept", dictrack.Targets(5, 6), dictrack.Keep()))
		events := f.CollectEvents()
		for _, name := range []string{"gone", "kept"} {
			if err := f.Update(t.Context(), "g", name, dictrack.SetProgress(7)); err != nil {
				t.Fatal(err)
			}
		}
		managertest.ExpectLines(t, events(), "ALL_COMPLETED gone 7", "STAGE_COMPLETED kept 7", "RESET kept 7", "ALL_COMPLETED kept 7")
		f.ExpectProgress("g", "gone", "gone")
		f.ExpectProgress("g", "kept", "7/6")
		for _, edit := range []dictrack.UpdateOption{
			dictrack.SetProgress(1), dictrack.AddTargets(9), dictrack.AddTargets[int](), dictrack.SetLoop(true),
			dictrack.SetReset(tracker.ResetAll),
		} {
			if err := f.Update(t.Context(), "g", "kept", edit); !errors.Is(err, dictrack.ErrCompleted) {
				t.Errorf("an edit of a completed tracker: %v, want ErrCompleted", err)
			}
		}
		if err := f.Update(t.Context(), "g", "kept", dictrack.SetExpireAfter(time.Hour)); err != nil {
			t.Errorf("the expiry of a completed tracker: %v", err)
		}
	})
}

// TestUpdateRefuses makes none of the changes when one is not allowed.
func TestUpdateRefuses(t *testing.T) {
	cases := []struct {
		edits []dictrack.UpdateOption
		want  []string
	}{
		{[]dictrack.UpdateOption{dictrack.SetProgress(math.NaN())}, []string{"progress: ", "NaN", "finite"}},
		{[]dictrack.UpdateOption{dictrack.AddTargets[int]()}, []string{"targets: ", "at least one"}},
		{[]dictrack.UpdateOption{dictrack.AddTargets(math.Inf(-1))}, []string{"targets: ", "-Inf", "finite"}},
		{[]dictrack.UpdateOption{dictrack.AddTargets(-1), dictrack.SetLoop(true)}, []string{"targets[1]: -1", "above 0"}},
		{[]dictrack.UpdateOption{dictrack.SetReset(tracker.ResetStage)}, []string{"reset: ", "stage"}},
		{[]dictrack.UpdateOption{dictrack.SetExpireAt(time.Time{})}, []string{"expire", "1970 to 9999"}},
		{[]dictrack.UpdateOption{dictrack.SetExpireAfter(-time.Hour)}, []string{"expire", "above 0"}},
	}
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 10))
		version := f.MustTrack("g", nil).Version
		events := f.CollectEvents()
		for _, c := range cases {
			err := f.Update(t.Context(), "g", "a", c.edits...)
			managertest.ExpectFieldError(t, err, append(c.want, `"a"`, `"g"`)...)
			if err := f.Update(t.Context(), "g", "a", append([]dictrack.UpdateOption{dictrack.SetProgress(5)}, c.edits...)...); err == nil {
				t.Errorf("%v: accepted after another change", c.want)
			}
		}
		managertest.ExpectLines(t, events())
		for _, name := range []string{"x", ""} {
			if err := f.Update(t.Context(), "g", name, dictrack.SetProgress(1)); !errors.Is(err, dictrack.ErrNotFound) {
				t.Errorf("Update of %q: %v", name, err)
			}
		}
		f.ExpectProgress("g", "a", "1/10")
		if v := f.MustTrack("g", nil).Version; v != version+1 {
			t.Errorf("refused edits raised the version from %d to %d", version, v-1)
		}
	})
}

// TestAddTargetsCopies checks that the caller may reuse its list.
func TestAddTargetsCopies(t *testing.T) {
	f := managertest.New(t, nil)
	targets := []int{10, 20}
	f.MustAdd("g", managertest.Count("a", targets...))
	more := []int{30}
	if err := f.Update(t.Context(), "g", "a", dictrack.AddTargets(more...)); err != nil {
		t.Fatal(err)
	}
	targets[0], more[0] = 1, 1
	f.MustTrack("g", nil)
	f.ExpectProgress("g", "a", "1/10")
	snap, _ := f.Get(t.Context(), "g", "a")
	if n, _ := snap.Targets[2].Int64(); n != 30 {
		t.Errorf("targets %v", snap.Targets)
	}
}

// TestUpdateChangesOneTracker updates a tracker whose definition other trackers share.
func TestUpdateChangesOneTracker(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		for _, g := range []string{"g", "h"} {
			f.MustAdd(g, managertest.Count("a", 10), managertest.Count("b", 10))
			f.MustTrack(g, nil)
		}
		res := f.MustTrack("g", nil)
		if err := f.Update(t.Context(), "g", "a", dictrack.AddTargets(20), dictrack.SetLoop(true)); err != nil {
			t.Fatal(err)
		}
		f.MustTrack("g", nil)
		for _, c := range []struct {
			group, name string
			targets     int
		}{{"g", "a", 2}, {"g", "b", 1}, {"h", "a", 1}} {
			if snap, err := f.Get(t.Context(), c.group, c.name); err != nil || len(snap.Targets) != c.targets {
				t.Errorf("%s of %s: %d targets, want %d (%v)", c.name, c.group, len(snap.Targets), c.targets, err)
			}
		}
		if n := len(res.Changed()[0].Targets); n != 1 {
			t.Errorf("the result of an earlier call now has %d targets", n)
		}
	})
}

// TestConcurrentUpdates tracks and updates concurrently, and loses nothing.
func TestConcurrentUpdates(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 1_000_000))
		const callers, each = 4, 50
		var all sync.WaitGroup
		for range callers {
			all.Go(func() {
				for n := range each {
					if _, err := f.Track(context.Background(), dictrack.Message{Group: "g", Data: map[string]any{}}); err != nil {
						t.Error(err)
					}
					if err := f.Update(context.Background(), "g", "a", dictrack.AddTargets(2_000_000+n)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		f.ExpectProgress("g", "a", "200/1000000")
		if snap, _ := f.Get(t.Context(), "g", "a"); len(snap.Targets) != 1+callers*each {
			t.Errorf("%d targets, want %d", len(snap.Targets), 1+callers*each)
		}
	})
}
