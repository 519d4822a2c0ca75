package reference_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/record"
)

// addsOfOneName adds one name concurrently: one call succeeds.
func addsOfOneName(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		events := f.CollectEvents()
		var added atomic.Int64
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				switch err := f.Add(context.Background(), "g", managertest.Count("a", i+1)); {
				case err == nil:
					added.Add(1)
				case !errors.Is(err, dictrack.ErrExists):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if snaps, err := f.ListAll(t.Context(), "g"); added.Load() != 1 || len(snaps) != 1 || err != nil {
			t.Errorf("%d calls added it; trackers %q, %v", added.Load(), managertest.TrackerNames(snaps), err)
		}
		managertest.ExpectLines(t, events(), "ADDED a 0")
	})
}

// handlerHoldsNoLock tracks on the group whose event a handler is still working on.
func handlerHoldsNoLock(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 1, 99))
		entered, release := make(chan struct{}), make(chan struct{})
		_, _ = f.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventStageCompleted}, Handler: func(context.Context, dictrack.Event) error {
			close(entered)
			<-release
			return nil
		}})
		var slow sync.WaitGroup
		slow.Go(func() { f.MustTrack("g", nil) })
		<-entered
		others := make(chan struct{})
		go func() {
			defer close(others)
			for range 5 {
				f.MustTrack("g", nil)
			}
			f.ExpectProgress("g", "a", "6/99")
		}()
		select {
		case <-others:
		case <-time.After(10 * time.Second):
			t.Error("calls on the group wait for the handler")
		}
		close(release)
		slow.Wait()
		<-others
	})
}

// noTrackersNoLoads tracks on a group that has no trackers left.
func noTrackersNoLoads(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", managertest.Count("a", 1))
	f.MustTrack("g", nil)
	f.MustReopen()
	before := f.Store.Loads.Load()
	for range 20 {
		f.MustTrack("g", nil)
	}
	if n := f.Store.Loads.Load() - before; n > 1 {
		t.Errorf("%d loads for 20 messages", n)
	}
}

func flushOfMany(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		for g := range 3000 {
			f.MustAdd(fmt.Sprint("g", g), managertest.Count("a", 9))
		}
		if err := f.Flush(t.Context(), dictrack.FlushEverything); err != nil {
			t.Fatal(err)
		}
		for name := range f.Groups(t.Context()) {
			t.Fatalf("group %q is left", name)
		}
	})
}

func memoryCountsWithoutCompleting(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", managertest.Count("a", 9))
	f.MustTrack("g", nil)
	f.ExpectProgress("g", "a", "1/9")
}

// unknownNames checks that every call with an unknown name is an ErrNotFound and changes nothing.
func unknownNames(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 9))
		_, err := f.Get(t.Context(), "g", "x")
		for _, err := range []error{
			err,
			f.Remove(t.Context(), "g", "a", "x"),
			f.Reset(t.Context(), "g", dictrack.ResetOptions{}, "a", "x"),
			f.Update(t.Context(), "g", "x", dictrack.SetProgress(1)),
		} {
			if !errors.Is(err, dictrack.ErrNotFound) {
				t.Errorf("got %v, want ErrNotFound", err)
			}
		}
		f.ExpectProgress("g", "a", "0/9")
	})
}

func snapshotsAreCopies(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 9, 10))
		snaps, err := f.ListAll(t.Context(), "g")
		if err != nil {
			t.Fatal(err)
		}
		snaps[0].Progress, snaps[0].Targets[0], snaps[0].Stage = snaps[0].Target, snaps[0].Targets[1], 2
		f.ExpectProgress("g", "a", "0/9")
		f.MustTrack("g", nil)
		if snaps[0].Stage != 2 || fmt.Sprint(snaps[0].Progress) != "9" {
			t.Errorf("the caller's copy changed to %+v", snaps[0])
		}
	})
}

func oneEventAfterReset(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 1, 2))
		for range 3 {
			if err := f.ResetAll(t.Context(), "g", dictrack.ResetOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		events := f.CollectEvents()
		f.MustTrack("g", nil)
		managertest.ExpectLines(t, events(), "STAGE_COMPLETED a 1", "RESET a 1")
	})
}

func removedOnce(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 9), managertest.Count("b", 9))
		events := f.CollectEvents()
		if err := f.Remove(t.Context(), "g", "a", "b"); err != nil {
			t.Fatal(err)
		}
		managertest.ExpectLines(t, events(), "REMOVED a 0", "REMOVED b 0")
		if err := f.Remove(t.Context(), "g", "a"); !errors.Is(err, dictrack.ErrNotFound) {
			t.Errorf("removing it again: %v", err)
		}
		f.MustAdd("g", managertest.Count("a", 5))
		f.ExpectProgress("g", "a", "0/5")
	})
}

func refusedIsNotAdded(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		events := f.CollectEvents()
		if err := f.Add(t.Context(), "g", managertest.Count("a", 9), managertest.Count("b")); err == nil {
			t.Error("a tracker without targets was added")
		}
		managertest.ExpectLines(t, events())
		f.ExpectProgress("g", "a", "gone")
	})
}

func failedAddIsAnError(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	events := f.CollectEvents()
	f.Store.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	if err := f.Add(t.Context(), "g", managertest.Count("a", 9)); !errors.Is(err, dictrack.ErrUnknown) || !errors.Is(err, faultstore.ErrInjected) {
		t.Errorf("Add: %v, want ErrUnknown and the cause", err)
	}
	managertest.ExpectLines(t, events())
	f.ExpectProgress("g", "a", "gone")
	f.MustAdd("g", managertest.Count("a", 9))
}

func expiryChanges(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(time.Minute)))
		if err := f.Update(t.Context(), "g", "a", dictrack.SetExpireAt(managertest.Start.Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
		f.Clock.Advance(59 * time.Minute)
		f.MustTrack("g", nil)
		f.ExpectProgress("g", "a", "1/9")
		f.Clock.Advance(time.Minute)
		f.MustTrack("g", nil)
		f.ExpectProgress("g", "a", "gone")
		both := dictrack.Count("b", dictrack.Targets(9), dictrack.ExpireAfter(time.Minute), dictrack.ExpireAt(managertest.Start))
		managertest.ExpectFieldError(t, f.Add(t.Context(), "g", both), "expire", "not both")
	})
}

// expiryByTimer expires a tracker that was changed shortly before, after reopening.
func expiryByTimer(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(time.Hour)))
	f.Clock.Advance(time.Hour - time.Second)
	f.MustTrack("g", nil)
	f.MustReopen()
	events := f.CollectEvents()
	f.Clock.Advance(time.Second)
	if err := f.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	managertest.ExpectLines(t, events(), "EXPIRED a 1")
	f.MustTrack("g", nil)
	f.MustReopen()
	f.ExpectProgress("g", "a", "gone")
}

// handlersThatPanic checks that panics with whatever value stop neither the call nor other handlers.
func handlersThatPanic(t *testing.T) {
	f := managertest.New(t, nil)
	for _, with := range []any{"text", faultstore.ErrInjected, nil, 7, struct{}{}} {
		_, _ = f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, _ dictrack.Event) error { panic(with) }})
	}
	_, _ = f.Subscribe(dictrack.Subscription{Handler: func(context.Context, dictrack.Event) error {
		var none map[string]int
		none["x"] = 1
		return nil
	}})
	events := f.CollectEvents()
	f.MustAdd("g", managertest.Count("a", 9))
	managertest.ExpectLines(t, events(), "ADDED a 0")
	if n := f.Log.Lines(); n != 6 {
		t.Errorf("%d lines in the log, want one for each handler: %s", n, f.Log)
	}
}

// twoManagers closes one of two Managers; the other still works.
func twoManagers(t *testing.T) {
	one, two := managertest.New(t, faultstore.New()), managertest.New(t, faultstore.New())
	one.MustAdd("g", managertest.Count("a", 9))
	two.MustAdd("g", managertest.Count("a", 5))
	one.MustClose()
	two.MustTrack("g", nil)
	two.ExpectProgress("g", "a", "1/5")
}

func nothingLogged(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", managertest.Count("a", 1))
	f.MustTrack("g", nil)
	f.Store.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	_ = f.Add(t.Context(), "g", managertest.Count("b", 1)) // returned to the caller
	f.MustClose()
	if f.Log.Lines() != 0 {
		t.Errorf("the log has %q", f.Log)
	}
}
