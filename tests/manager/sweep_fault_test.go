package manager_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/record"
)

// failingStore returns a store that fails while failing is set.
func failingStore() (d *faultstore.Store, failing *atomic.Bool) {
	d, failing = faultstore.New(), &atomic.Bool{}
	fail := func() error {
		if failing.Load() {
			return faultstore.ErrInjected
		}
		return nil
	}
	d.BeforeDue.Set(func(struct{}) error { return fail() })
	d.BeforeCommit.Set(func([]*record.Change) error { return fail() })
	return d, failing
}

// TestSweepRetries checks that a failed timer is retried once a second and its event delivered once.
func TestSweepRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &timerEvents{began: time.Now()}
		d := faultstore.New()
		var tries atomic.Int64
		d.BeforeCommit.Set(func([]*record.Change) error {
			if n := tries.Add(1); 2 <= n && n <= 4 {
				return faultstore.ErrInjected
			}
			return nil
		})
		f := managertest.New(t, d, useTimers)
		h.subscribe(f)
		f.MustAdd("g", dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(time.Minute)))
		time.Sleep(time.Hour)
		h.expect(t, "EXPIRED a at 1m3s")
		if n := strings.Count(f.Log.String(), "sweep failed"); n != 3 {
			t.Errorf("%d lines in the log, want one for each failure: %s", n, f.Log)
		}
	})
}

// TestSweepDuringOutage checks that timers are retried and logged about once a second, and fire when the store is back.
func TestSweepDuringOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &timerEvents{began: time.Now()}
		d, failing := failingStore()
		f := managertest.New(t, d, useTimers)
		h.subscribe(f)
		f.MustAdd("g", dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(45*time.Second)))
		time.Sleep(40 * time.Second)
		failing.Store(true)
		time.Sleep(60*time.Second + time.Millisecond)
		h.expect(t)
		failing.Store(false)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		h.mu.Lock()
		defer h.mu.Unlock()
		if len(h.lines) != 1 {
			t.Errorf("got %q, want the expiry once, soon after the store came back", h.lines)
		}
		if n := f.Log.Lines(); n == 0 || n > 150 {
			t.Errorf("%d lines in the log of a minute without a store", n)
		}
	})
}

// TestFiredTimersAreDeleted checks that the store no longer lists groups as due whose timers have fired or are gone.
func TestFiredTimersAreDeleted(t *testing.T) {
	end := func(t *testing.T, f *managertest.Fixture, g string) {
		t.Helper()
		switch g {
		case "removed":
			if err := f.Remove(t.Context(), g, "a"); err != nil {
				t.Fatal(err)
			}
		case "completed":
			f.MustTrack(g, nil)
		case "never":
			if err := f.Update(t.Context(), g, "a", dictrack.SetNoExpiry()); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, reopen := range []bool{false, true} {
		f := managertest.New(t, faultstore.New())
		for _, g := range []string{"expired", "removed", "completed", "never"} {
			f.MustAdd(g, dictrack.Count("a", dictrack.Targets(1), dictrack.ExpireAfter(time.Minute)))
			end(t, f, g)
		}
		f.Clock.Advance(time.Hour)
		if reopen {
			f.MustReopen()
		}
		if err := f.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		due, err := f.Store.Data.Due(context.Background(), f.Clock.Now().UnixMilli(), 100)
		if len(due) != 0 || err != nil {
			t.Errorf("reopened: %v; the store still lists %v as due, %v", reopen, due, err)
		}
	}
}

// TestCloseFromHandler closes in a handler: Close cannot finish, and returns when its context ends.
func TestCloseFromHandler(t *testing.T) {
	closed := make(chan error, 1)
	f := managertest.New(t, faultstore.New(), func(o *dictrack.Options) { o.Clock, o.DisableTimers = nil, false })
	_, _ = f.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventExpired}, Handler: func(_ context.Context, _ dictrack.Event) error {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		closed <- f.Close(ctx)
		return nil
	}})
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(time.Millisecond)))
	select {
	case err := <-closed:
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Close: %v, want the context's error", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("Close waits for the handler that calls it")
	}
}

// TestUnreadableGroupDelaysNoTimer fires the timers of all other groups on time while one group cannot be loaded.
func TestUnreadableGroupDelaysNoTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &timerEvents{began: time.Now()}
		d, failing := faultstore.New(), atomic.Bool{}
		d.BeforeLoad.Set(func(name string) error {
			if name == "broken" && failing.Load() {
				return faultstore.ErrInjected
			}
			return nil
		})
		f := managertest.New(t, d, useTimers)
		f.MustAdd("broken", dictrack.Count("broken", dictrack.Targets(9), dictrack.ExpireAfter(time.Second)))
		f.MustReopen(useTimers)
		failing.Store(true)
		h.subscribe(f)
		f.MustAdd("g", dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(5500*time.Millisecond)))
		const many = 2100
		for i := range many {
			f.MustAdd(fmt.Sprint("g", i), dictrack.Count("b", dictrack.Targets(9), dictrack.ExpireAfter(10*time.Second)))
		}
		time.Sleep(20 * time.Second)
		h.expect(t, append([]string{"EXPIRED a at 5.5s"}, slices.Repeat([]string{"EXPIRED b at 10s"}, many)...)...)
		failing.Store(false)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if f.Progress("broken", "broken") != "gone" {
			t.Error("the group that can be read again was not removed by its timer")
		}
	})
}
