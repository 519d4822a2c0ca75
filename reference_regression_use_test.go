package dictrack_test

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
	"github.com/dictrack/dictrack/record"
)

// addsOfOneName has one winner.
func addsOfOneName(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		heard := f.hear()
		var won atomic.Int64
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				switch err := f.Add(context.Background(), "g", count("a", i+1)); {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, dictrack.ErrExists):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if snaps, err := f.ListAll(t.Context(), "g"); won.Load() != 1 || len(snaps) != 1 || err != nil {
			t.Errorf("%d calls added it; trackers %q, %v", won.Load(), names(snaps), err)
		}
		expectLines(t, heard(), "ADDED a 0")
	})
}

// listenerHoldsNoLock lets others track the group that a listener is still being told of.
func listenerHoldsNoLock(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", count("a", 1, 99))
		entered, release := make(chan struct{}), make(chan struct{})
		_, _ = f.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventStageCompleted}, Handler: func(context.Context, dictrack.Event) error {
			close(entered)
			<-release
			return nil
		}})
		var slow sync.WaitGroup
		slow.Go(func() { f.track("g", nil) })
		<-entered
		others := make(chan struct{})
		go func() {
			defer close(others)
			for range 5 {
				f.track("g", nil)
			}
			f.expect("g", "a", "6/99")
		}()
		select {
		case <-others:
		case <-time.After(10 * time.Second):
			t.Error("calls on the group wait for the listener")
		}
		close(release)
		slow.Wait()
		<-others
	})
}

// noTrackersNoLoads goes on tracking a group that has no trackers left.
func noTrackersNoLoads(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", count("a", 1))
	f.track("g", nil)
	f.reopen()
	before := f.store.Loads.Load()
	for range 20 {
		f.track("g", nil)
	}
	if n := f.store.Loads.Load() - before; n > 1 {
		t.Errorf("%d loads for 20 data", n)
	}
}

func flushOfMany(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for g := range 3000 {
			f.add(fmt.Sprint("g", g), count("a", 9))
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
	f := open(t, nil)
	f.add("g", count("a", 9))
	f.track("g", nil)
	f.expect("g", "a", "1/9")
}

// unknownNames are an error that says so, in every call, and change nothing.
func unknownNames(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", count("a", 9))
		_, err := f.Get(t.Context(), "g", "x")
		for _, err := range []error{
			err,
			f.Remove(t.Context(), "g", "a", "x"),
			f.Reset(t.Context(), "g", resetBy{}, "a", "x"),
			f.Update(t.Context(), "g", "x", dictrack.SetProgress(1)),
		} {
			if !errors.Is(err, dictrack.ErrNotFound) {
				t.Errorf("got %v, want ErrNotFound", err)
			}
		}
		f.expect("g", "a", "0/9")
	})
}

func snapshotsAreCopies(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", count("a", 9, 10))
		snaps, err := f.ListAll(t.Context(), "g")
		if err != nil {
			t.Fatal(err)
		}
		snaps[0].Progress, snaps[0].Targets[0], snaps[0].Stage = snaps[0].Target, snaps[0].Targets[1], 2
		f.expect("g", "a", "0/9")
		f.track("g", nil)
		if snaps[0].Stage != 2 || fmt.Sprint(snaps[0].Progress) != "9" {
			t.Errorf("the reader's copy changed to %+v", snaps[0])
		}
	})
}

func oneEventAfterReset(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", count("a", 1, 2))
		for range 3 {
			if err := f.ResetAll(t.Context(), "g", resetBy{}); err != nil {
				t.Fatal(err)
			}
		}
		heard := f.hear()
		f.track("g", nil)
		expectLines(t, heard(), "STAGE_COMPLETED a 1", "RESET a 1")
	})
}

func removedOnce(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", count("a", 9), count("b", 9))
		heard := f.hear()
		if err := f.Remove(t.Context(), "g", "a", "b"); err != nil {
			t.Fatal(err)
		}
		expectLines(t, heard(), "REMOVED a 0", "REMOVED b 0")
		if err := f.Remove(t.Context(), "g", "a"); !errors.Is(err, dictrack.ErrNotFound) {
			t.Errorf("removing it again: %v", err)
		}
		f.add("g", count("a", 5))
		f.expect("g", "a", "0/5")
	})
}

func refusedIsNotAdded(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		heard := f.hear()
		if err := f.Add(t.Context(), "g", count("a", 9), count("b")); err == nil {
			t.Error("a tracker without targets was added")
		}
		expectLines(t, heard())
		f.expect("g", "a", "gone")
	})
}

func failedAddIsAnError(t *testing.T) {
	f := open(t, faultstore.New())
	heard := f.hear()
	f.store.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	if err := f.Add(t.Context(), "g", count("a", 9)); !errors.Is(err, dictrack.ErrUnknown) || !errors.Is(err, faultstore.ErrInjected) {
		t.Errorf("Add: %v, want ErrUnknown and the cause", err)
	}
	expectLines(t, heard())
	f.expect("g", "a", "gone")
	f.add("g", count("a", 9))
}

func expiryChanges(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(time.Minute)))
		if err := f.Update(t.Context(), "g", "a", dictrack.SetExpireAt(start.Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
		f.clock.pass(59 * time.Minute)
		f.track("g", nil)
		f.expect("g", "a", "1/9")
		f.clock.pass(time.Minute)
		f.track("g", nil)
		f.expect("g", "a", "gone")
		both := dictrack.Count("b", dictrack.Targets(9), dictrack.ExpireAfter(time.Minute), dictrack.ExpireAt(start))
		refused(t, f.Add(t.Context(), "g", both), "expire", "not both")
	})
}

// expiryByTheClock survives being changed by data shortly before, and reopening.
func expiryByTheClock(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(time.Hour)))
	f.clock.pass(time.Hour - time.Second)
	f.track("g", nil)
	f.reopen()
	heard := f.hear()
	f.clock.pass(time.Second)
	if err := f.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	expectLines(t, heard(), "EXPIRED a 1")
	f.track("g", nil)
	f.reopen()
	f.expect("g", "a", "gone")
}

// listenersThatFail, even with what is no error, stop neither the call nor those after them.
func listenersThatFail(t *testing.T) {
	f := open(t, nil)
	for _, with := range []any{"text", faultstore.ErrInjected, nil, 7, struct{}{}} {
		_, _ = f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, _ dictrack.Event) error { panic(with) }})
	}
	_, _ = f.Subscribe(dictrack.Subscription{Handler: func(context.Context, dictrack.Event) error {
		var none map[string]int
		none["x"] = 1
		return nil
	}})
	heard := f.hear()
	f.add("g", count("a", 9))
	expectLines(t, heard(), "ADDED a 0")
	if n := f.logged.lines(); n != 6 {
		t.Errorf("%d lines in the log, want one for each listener: %s", n, f.logged)
	}
}

// twoManagers live side by side, and end one after the other.
func twoManagers(t *testing.T) {
	one, two := open(t, faultstore.New()), open(t, faultstore.New())
	one.add("g", count("a", 9))
	two.add("g", count("a", 5))
	one.close()
	two.track("g", nil)
	two.expect("g", "a", "1/5")
}

func silence(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", count("a", 1))
	f.track("g", nil)
	f.store.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	_ = f.Add(t.Context(), "g", count("b", 1)) // the caller is told
	f.close()
	if f.logged.lines() != 0 {
		t.Errorf("the log has %q", f.logged)
	}
}
