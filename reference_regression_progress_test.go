package dictrack_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

func unknownGroupHarmsNoOther(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", count("a", 9))
	f.add("done", count("a", 1))
	f.track("unknown", nil)
	f.track("done", nil)
	f.track("g", nil)
	f.reopen()
	f.expect("g", "a", "1/9")
}

func failedWriteKeepsProgress(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", count("a", 99))
	for range 7 {
		f.track("g", nil)
	}
	f.store.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](5))
	for range 5 {
		if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}}); !errors.Is(err, dictrack.ErrUnknown) {
			t.Errorf("Track: %v, want to be told", err)
		}
	}
	f.expect("g", "a", "7/99")
	f.track("g", nil)
	f.reopen()
	f.expect("g", "a", "8/99")
}

func progressDoesNotAge(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", count("a", 99))
		f.track("g", nil)
		for range 30 {
			f.clock.pass(24 * time.Hour)
			if err := f.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		f.track("g", nil)
		f.expect("g", "a", "2/99")
	})
}

// sweepAmongTracks neither loses what is tracked meanwhile nor brings back what is completed.
func sweepAmongTracks(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		const each = 100
		f.add("g", count("a", 9999), count("done", each/2),
			dictrack.Count("due", dictrack.Targets(9999), dictrack.ExpireAfter(each/2*time.Millisecond)))
		var all sync.WaitGroup
		all.Go(func() {
			for range each {
				f.clock.pass(time.Millisecond)
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
		f.expect("g", "a", "100/9999")
		f.expect("g", "done", "gone")
		f.expect("g", "due", "gone")
	})
}

func updateAmongTracks(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", count("a", 9999))
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 30 {
					if _, err := f.Track(context.Background(), dictrack.Message{Group: "g", Data: map[string]any{}}); err != nil {
						t.Error(err)
					}
					by := resetBy{Policy: tracker.ResetNone}
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
		f.expect("g", "a", "120/9999")
	})
}

func addAgainKeepsProgress(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", count("a", 9))
	for range 3 {
		f.track("g", nil)
	}
	for range 2 { // while the group is in the cache, and while it is not
		if err := f.Add(t.Context(), "g", count("a", 9)); !errors.Is(err, dictrack.ErrExists) {
			t.Errorf("Add: %v, want ErrExists", err)
		}
		f.expect("g", "a", "3/9")
		f.reopen()
	}
	f.expect("g", "a", "3/9")
}

// nothingWaitsForClose looks at the store beside a Manager that is still open.
func nothingWaitsForClose(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", count("a", 9))
	f.track("g", nil)
	other := open(t, f.store)
	other.expect("g", "a", "1/9")
}

func unreadableIsNotDeleted(t *testing.T) {
	f := open(t, faultstore.New(), custom)
	f.add("g", customSpecs()[0], count("a", 9))
	f.track("g", nil)
	f.reopen()
	for range 3 {
		if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}}); err == nil {
			t.Error("a group that cannot be read as a whole was tracked")
		}
		if err := f.Sweep(t.Context()); err != nil {
			t.Errorf("Sweep: %v", err)
		}
	}
	f.reopen(custom)
	f.expect("g", "tracker", "10/99")
	f.expect("g", "a", "1/9")
}

// errorHoldsNothing makes every kind of failure, and goes on.
func errorHoldsNothing(t *testing.T) {
	d := faultstore.New()
	d.BeforeLoad.Set(faultstore.FailFirst[string](1))
	f := open(t, d, custom)
	if err := f.Add(t.Context(), "g", count("a", 99)); !errors.Is(err, faultstore.ErrInjected) {
		t.Errorf("Add: %v", err)
	}
	f.add("g", count("a", 99), dictrack.Custom("faulty", "custom", nil, dictrack.Targets(9)))
	d.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	d.AfterCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	for range 2 {
		if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}}); !errors.Is(err, dictrack.ErrUnknown) {
			t.Errorf("Track: %v", err)
		}
	}
	f.track("g", object{"panic": "advance"})
	if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte("{")}); err == nil {
		t.Error("broken JSON was tracked")
	}
	f.track("g", nil)
	f.expect("g", "a", "3/99")
}

func hotGroupStaysLoaded(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", count("a", 999))
	before := f.store.Loads.Load()
	for range 50 {
		f.track("g", nil)
		f.clock.pass(6 * time.Hour)
		if err := f.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := f.store.Loads.Load() - before; n != 0 {
		t.Errorf("a group in use was loaded %d times more", n)
	}
}

func failureCompletesNothingTwice(t *testing.T) {
	customKinds(t, func(t *testing.T, f *fixture) {
		f.add("g", count("a", 1), dictrack.Custom("faulty", "custom", nil, dictrack.Targets(9)), count("z", 1))
		heard := f.hear()
		for range 3 {
			f.track("g", object{"panic": "advance"})
		}
		expectLines(t, heard(), "ALL_COMPLETED a 1", "ALL_COMPLETED z 1")
	})
}

// failedRemovalCompletesOnce cannot remove the completed tracker at first.
func failedRemovalCompletesOnce(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", count("a", 1))
	heard := f.hear()
	f.store.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](2))
	for {
		_, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}, ID: "x"})
		if err == nil {
			break
		}
	}
	f.track("g", nil)
	expectLines(t, heard(), "ALL_COMPLETED a 1")
	f.reopen()
	f.expect("g", "a", "gone")
}

// noHalfLoadedGroup has many callers meet a group that nobody has loaded yet.
func noHalfLoadedGroup(t *testing.T) {
	f := open(t, faultstore.New())
	const trackers, callers = 300, 20
	for i := range trackers {
		f.add("g", count(fmt.Sprint("t", i), 99))
	}
	f.reopen()
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			res, err := f.Track(context.Background(), dictrack.Message{Group: "g", Data: map[string]any{}})
			if err != nil || len(res.Changed()) != trackers {
				t.Errorf("%d trackers of %d moved, %v", len(res.Changed()), trackers, err)
			}
		})
	}
	all.Wait()
	f.expect("g", "t299", "20/99")
}

func storedBeforeDelivery(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", count("a", 1, 9))
	var kept uint64
	_, _ = f.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventStageCompleted}, Handler: func(_ context.Context, e dictrack.Event) error {
		if record, err := f.store.Data.Load(context.Background(), e.Group); err == nil {
			kept = record.Version
		}
		return nil
	}})
	if res := f.track("g", nil); kept != res.Version {
		t.Errorf("version %d was told of, %d was kept", res.Version, kept)
	}
}

func removalEmitsAll(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", count("a", 9), count("b", 9, 10), count("c", 9))
		f.track("g", nil)
		heard := f.hear()
		if err := errors.Join(f.Remove(t.Context(), "g", "b"), f.RemoveAll(t.Context(), "g")); err != nil {
			t.Fatal(err)
		}
		expectLines(t, heard(), "REMOVED b 1", "REMOVED a 1", "REMOVED c 1")
	})
}
