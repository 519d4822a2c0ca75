package reference_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

func unknownGroupAffectsNoOther(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", managertest.Count("a", 9))
	f.MustAdd("done", managertest.Count("a", 1))
	f.MustTrack("unknown", nil)
	f.MustTrack("done", nil)
	f.MustTrack("g", nil)
	f.MustReopen()
	f.ExpectProgress("g", "a", "1/9")
}

func failedWriteKeepsProgress(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", managertest.Count("a", 99))
	for range 7 {
		f.MustTrack("g", nil)
	}
	f.Store.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](5))
	for range 5 {
		if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}}); !errors.Is(err, dictrack.ErrUnknown) {
			t.Errorf("Track: %v, want ErrUnknown", err)
		}
	}
	f.ExpectProgress("g", "a", "7/99")
	f.MustTrack("g", nil)
	f.MustReopen()
	f.ExpectProgress("g", "a", "8/99")
}

func progressDoesNotExpire(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 99))
		f.MustTrack("g", nil)
		for range 30 {
			f.Clock.Advance(24 * time.Hour)
			if err := f.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		f.MustTrack("g", nil)
		f.ExpectProgress("g", "a", "2/99")
	})
}

// timersDuringCalls loses no concurrent message, and brings back no completed tracker.
func timersDuringCalls(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		const each = 100
		f.MustAdd("g", managertest.Count("a", 9999), managertest.Count("done", each/2),
			dictrack.Count("due", dictrack.Targets(9999), dictrack.ExpireAfter(each/2*time.Millisecond)))
		var all sync.WaitGroup
		all.Go(func() {
			for range each {
				f.Clock.Advance(time.Millisecond)
				if err := f.Sweep(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for range each {
				if _, err := f.Track(context.Background(), dictrack.Message{Group: "g", Data: map[string]any{}}); err != nil {
					t.Error(err)
				}
			}
		})
		all.Wait()
		f.ExpectProgress("g", "a", "100/9999")
		f.ExpectProgress("g", "done", "gone")
		f.ExpectProgress("g", "due", "gone")
	})
}

func updatesDuringCalls(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 9999))
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 30 {
					if _, err := f.Track(context.Background(), dictrack.Message{Group: "g", Data: map[string]any{}}); err != nil {
						t.Error(err)
					}
					by := dictrack.ResetOptions{Policy: tracker.ResetNone}
					if err := errors.Join(
						f.Update(context.Background(), "g", "a", dictrack.SetReset(tracker.ResetAll)),
						f.Reset(context.Background(), "g", by, "a"),
					); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		f.ExpectProgress("g", "a", "120/9999")
	})
}

func addAgainKeepsProgress(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", managertest.Count("a", 9))
	for range 3 {
		f.MustTrack("g", nil)
	}
	for range 2 { // while the group is in the cache, and while it is not
		if err := f.Add(t.Context(), "g", managertest.Count("a", 9)); !errors.Is(err, dictrack.ErrExists) {
			t.Errorf("Add: %v, want ErrExists", err)
		}
		f.ExpectProgress("g", "a", "3/9")
		f.MustReopen()
	}
	f.ExpectProgress("g", "a", "3/9")
}

// nothingWaitsForClose opens a second Manager on the store of one that is still open.
func nothingWaitsForClose(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", managertest.Count("a", 9))
	f.MustTrack("g", nil)
	other := managertest.New(t, f.Store)
	other.ExpectProgress("g", "a", "1/9")
}

func unreadableIsNotDeleted(t *testing.T) {
	f := managertest.New(t, faultstore.New(), managertest.WithCustomKinds)
	f.MustAdd("g", managertest.CustomSpecs()[0], managertest.Count("a", 9))
	f.MustTrack("g", nil)
	f.MustReopen()
	for range 3 {
		if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}}); err == nil {
			t.Error("a group that cannot be loaded was tracked")
		}
		if err := f.Sweep(t.Context()); err != nil {
			t.Errorf("Sweep: %v", err)
		}
	}
	f.MustReopen(managertest.WithCustomKinds)
	f.ExpectProgress("g", "tracker", "10/99")
	f.ExpectProgress("g", "a", "1/9")
}

// errorLeavesNothingLocked makes every kind of failure, and tracks again.
func errorLeavesNothingLocked(t *testing.T) {
	d := faultstore.New()
	d.BeforeLoad.Set(faultstore.FailFirst[string](1))
	f := managertest.New(t, d, managertest.WithCustomKinds)
	if err := f.Add(t.Context(), "g", managertest.Count("a", 99)); !errors.Is(err, faultstore.ErrInjected) {
		t.Errorf("Add: %v", err)
	}
	f.MustAdd("g", managertest.Count("a", 99), dictrack.Custom("faulty", "custom", nil, dictrack.Targets(9)))
	d.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	d.AfterCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	for range 2 {
		if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}}); !errors.Is(err, dictrack.ErrUnknown) {
			t.Errorf("Track: %v", err)
		}
	}
	f.MustTrack("g", managertest.Object{"panic": "step"})
	if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte("{")}); err == nil {
		t.Error("broken JSON was tracked")
	}
	f.MustTrack("g", nil)
	f.ExpectProgress("g", "a", "3/99")
}

func hotGroupIsLoadedOnce(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", managertest.Count("a", 999))
	before := f.Store.Loads.Load()
	for range 50 {
		f.MustTrack("g", nil)
		f.Clock.Advance(6 * time.Hour)
		if err := f.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := f.Store.Loads.Load() - before; n != 0 {
		t.Errorf("a group in use was loaded %d times more", n)
	}
}

func failureCompletesNothingTwice(t *testing.T) {
	managertest.InMemoryAndStoredWithCustomKinds(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 1), dictrack.Custom("faulty", "custom", nil, dictrack.Targets(9)), managertest.Count("z", 1))
		events := f.CollectEvents()
		for range 3 {
			f.MustTrack("g", managertest.Object{"panic": "step"})
		}
		managertest.ExpectLines(t, events(), "ALL_COMPLETED a 1", "ALL_COMPLETED z 1")
	})
}

// failedRemovalCompletesOnce fails the commits that remove the completed tracker at first.
func failedRemovalCompletesOnce(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", managertest.Count("a", 1))
	events := f.CollectEvents()
	f.Store.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](2))
	for {
		_, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}, ID: "x"})
		if err == nil {
			break
		}
	}
	f.MustTrack("g", nil)
	managertest.ExpectLines(t, events(), "ALL_COMPLETED a 1")
	f.MustReopen()
	f.ExpectProgress("g", "a", "gone")
}

// noPartlyLoadedGroup tracks from many goroutines on a group that is not loaded yet.
func noPartlyLoadedGroup(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	const trackers, callers = 300, 20
	for i := range trackers {
		f.MustAdd("g", managertest.Count(fmt.Sprint("t", i), 99))
	}
	f.MustReopen()
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			res, err := f.Track(context.Background(), dictrack.Message{Group: "g", Data: map[string]any{}})
			if err != nil || len(res.Changed()) != trackers {
				t.Errorf("%d trackers of %d changed, %v", len(res.Changed()), trackers, err)
			}
		})
	}
	all.Wait()
	f.ExpectProgress("g", "t299", "20/99")
}

func storedBeforeDelivery(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", managertest.Count("a", 1, 9))
	var stored uint64
	_, _ = f.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventStageCompleted}, Handler: func(_ context.Context, e dictrack.Event) error {
		if record, err := f.Store.Data.Load(context.Background(), e.Group); err == nil {
			stored = record.Version
		}
		return nil
	}})
	if res := f.MustTrack("g", nil); stored != res.Version {
		t.Errorf("the event of version %d came when %d was stored", res.Version, stored)
	}
}

func removalEmitsAll(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 9), managertest.Count("b", 9, 10), managertest.Count("c", 9))
		f.MustTrack("g", nil)
		events := f.CollectEvents()
		if err := errors.Join(f.Remove(t.Context(), "g", "b"), f.RemoveAll(t.Context(), "g")); err != nil {
			t.Fatal(err)
		}
		managertest.ExpectLines(t, events(), "REMOVED b 1", "REMOVED a 1", "REMOVED c 1")
	})
}
