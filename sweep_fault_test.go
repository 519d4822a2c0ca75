package dictrack_test

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
	"github.com/dictrack/dictrack/record"
)

// outage is a disk that fails whenever it is told to.
func outage() (d *faultstore.Store, out *atomic.Bool) {
	d, out = faultstore.New(), &atomic.Bool{}
	fail := func() error {
		if out.Load() {
			return faultstore.ErrInjected
		}
		return nil
	}
	d.BeforeDue.Set(func(struct{}) error { return fail() })
	d.BeforeCommit.Set(func([]*record.Change) error { return fail() })
	return d, out
}

// TestSweepFails tries again once a second, and tells of what happened once.
func TestSweepFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &told{began: time.Now()}
		d := faultstore.New()
		var tries atomic.Int64
		d.BeforeCommit.Set(func([]*record.Change) error {
			if n := tries.Add(1); 2 <= n && n <= 4 {
				return faultstore.ErrInjected
			}
			return nil
		})
		f := open(t, d, byItself)
		h.listen(f)
		f.add("g", dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(time.Minute)))
		time.Sleep(time.Hour)
		h.expect(t, "EXPIRED a at 1m3s")
		if n := strings.Count(f.logged.String(), "sweep failed"); n != 3 {
			t.Errorf("%d lines in the log, want one for each failure: %s", n, f.logged)
		}
	})
}

// TestSweepWithoutStore says so about once a second, not without pause, and catches up.
func TestSweepWithoutStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &told{began: time.Now()}
		d, out := outage()
		f := open(t, d, byItself)
		h.listen(f)
		f.add("g", dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(45*time.Second)))
		time.Sleep(40 * time.Second)
		out.Store(true)
		time.Sleep(60*time.Second + time.Millisecond)
		h.expect(t)
		out.Store(false)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		h.mu.Lock()
		defer h.mu.Unlock()
		if len(h.lines) != 1 {
			t.Errorf("told %q, want the expiry once, soon after the store came back", h.lines)
		}
		if n := f.logged.lines(); n == 0 || n > 150 {
			t.Errorf("%d lines in the log of a minute without store", n)
		}
	})
}

// TestSweptGroupsAreDueNoMore keeps the store from listing, again and again, groups that the clock no
// longer changes.
func TestSweptGroupsAreDueNoMore(t *testing.T) {
	end := func(t *testing.T, f *fixture, g string) {
		t.Helper()
		switch g {
		case "removed":
			if err := f.Remove(t.Context(), g, "a"); err != nil {
				t.Fatal(err)
			}
		case "completed":
			f.track(g, nil)
		case "never":
			if err := f.Update(t.Context(), g, "a", dictrack.SetNoExpiry()); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, reopen := range []bool{false, true} {
		f := open(t, faultstore.New())
		for _, g := range []string{"expired", "removed", "completed", "never"} {
			f.add(g, dictrack.Count("a", dictrack.Targets(1), dictrack.ExpireAfter(time.Minute)))
			end(t, f, g)
		}
		f.clock.pass(time.Hour)
		if reopen {
			f.reopen()
		}
		if err := f.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		due, err := f.store.Data.Due(context.Background(), f.clock.now().UnixMilli(), 100)
		if len(due) != 0 || err != nil {
			t.Errorf("reopened: %v; the store says that %v are due still, %v", reopen, due, err)
		}
	}
}

// TestCloseFromAListener waits for the listener itself, and gives up when its context ends.
func TestCloseFromAListener(t *testing.T) {
	closed := make(chan error, 1)
	f := open(t, faultstore.New(), func(o *dictrack.Options) { o.Clock, o.DisableTimers = nil, false })
	_, _ = f.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventExpired}, Handler: func(_ context.Context, _ dictrack.Event) error {
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		defer cancel()
		closed <- f.Close(ctx)
		return nil
	}})
	f.add("g", dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(time.Millisecond)))
	select {
	case err := <-closed:
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Close: %v, want it to give up waiting for the listener that calls it", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("Close waits for the listener that calls it")
	}
}

// TestSweepBesideABrokenGroup is on time for all others, however many, while one cannot be read.
func TestSweepBesideABrokenGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &told{began: time.Now()}
		d, out := faultstore.New(), atomic.Bool{}
		d.BeforeLoad.Set(func(name string) error {
			if name == "broken" && out.Load() {
				return faultstore.ErrInjected
			}
			return nil
		})
		f := open(t, d, byItself)
		f.add("broken", dictrack.Count("broken", dictrack.Targets(9), dictrack.ExpireAfter(time.Second)))
		f.reopen(byItself)
		out.Store(true)
		h.listen(f)
		f.add("g", dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(5500*time.Millisecond)))
		const many = 2100
		for i := range many {
			f.add(fmt.Sprint("g", i), dictrack.Count("b", dictrack.Targets(9), dictrack.ExpireAfter(10*time.Second)))
		}
		time.Sleep(20 * time.Second)
		h.expect(t, append([]string{"EXPIRED a at 5.5s"}, slices.Repeat([]string{"EXPIRED b at 10s"}, many)...)...)
		out.Store(false)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if f.progress("broken", "broken") != "gone" {
			t.Error("the group that can be read again was not swept")
		}
	})
}
