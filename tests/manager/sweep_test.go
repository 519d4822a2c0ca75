package manager_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/limiter"
)

// timerEvents are the events that timers of a Manager caused, each with the time since the test began.
type timerEvents struct {
	began time.Time
	mu    sync.Mutex // protects lines
	lines []string
}

func (h *timerEvents) subscribe(f *managertest.Fixture) {
	_, _ = f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error { h.record(f, e); return nil }})
}

func (h *timerEvents) record(f *managertest.Fixture, e dictrack.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if e.Timer {
		h.lines = append(h.lines, fmt.Sprint(e.Kind, " ", e.Tracker.Name, " at ", time.Since(h.began)))
	}
	if e.Time.After(time.Now()) || time.Since(e.Time) > time.Second {
		f.Errorf("event %s has time %v at %v", e.ID(), e.Time, time.Now())
	}
}

func (h *timerEvents) expect(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	managertest.ExpectLines(t, h.lines, want...)
	h.lines = nil
}

// useTimers makes a Manager use timers and the clock, which in a synctest bubble is a fake one.
func useTimers(o *dictrack.Options) { o.Clock, o.DisableTimers = nil, false }

// withFakeTime runs a test in memory and on a store, with a fake clock that jumps from one timer to the next.
func withFakeTime(t *testing.T, test func(t *testing.T, f *managertest.Fixture, h *timerEvents)) {
	t.Helper()
	for name, d := range map[string]*faultstore.Store{"memory": nil, "store": faultstore.New()} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &timerEvents{began: time.Now()}
				f := managertest.New(t, d, useTimers)
				h.subscribe(f)
				test(t, f, h)
			})
		})
	}
}

// TestTimersFire checks that expiries and ends of windows come at the right second, although nothing is tracked.
func TestTimersFire(t *testing.T) {
	withFakeTime(t, func(t *testing.T, f *managertest.Fixture, h *timerEvents) {
		begin := time.Now()
		f.MustAdd("g",
			dictrack.Count("expires", dictrack.Targets(9), dictrack.ExpireAfter(90*time.Second+250*time.Millisecond)),
			dictrack.Count("expires at", dictrack.Targets(9), dictrack.ExpireAt(begin.Add(3*time.Hour))),
			dictrack.Count("window", dictrack.Targets(9), dictrack.Limiters(limiter.For(time.Minute))),
			dictrack.Count("until", dictrack.Targets(9), dictrack.Limiters(limiter.Until(begin.Add(2*time.Minute))), dictrack.ExpireAfter(4*time.Hour)),
			managertest.Count("forever", 9),
		)
		f.MustAdd("h", dictrack.Count("other", dictrack.Targets(9), dictrack.ExpireAfter(30*time.Hour)))
		time.Sleep(60 * time.Second)
		h.expect(t)
		time.Sleep(time.Second)
		h.expect(t, "LIMITED window at 1m1s")
		time.Sleep(time.Hour)
		h.expect(t, "EXPIRED expires at 1m30.25s", "LIMITED until at 2m1s")
		time.Sleep(24 * time.Hour)
		h.expect(t, "EXPIRED expires at at 3h0m0s", "EXPIRED until at 4h0m0s")
		time.Sleep(7 * time.Hour)
		h.expect(t, "EXPIRED other at 30h0m0s")
		snaps, err := f.ListAll(t.Context(), "g")
		if err != nil {
			t.Fatal(err)
		}
		managertest.ExpectLines(t, managertest.TrackerNames(snaps), "window", "forever")
	})
}

// TestTimerBeforeNextCheck adds a timer that is due before the one the Manager waits for.
func TestTimerBeforeNextCheck(t *testing.T) {
	withFakeTime(t, func(t *testing.T, f *managertest.Fixture, h *timerEvents) {
		f.MustAdd("g", dictrack.Count("later", dictrack.Targets(9), dictrack.ExpireAfter(900*time.Millisecond)))
		time.Sleep(100 * time.Millisecond)
		f.MustAdd("h", dictrack.Count("soon", dictrack.Targets(9), dictrack.ExpireAfter(200*time.Millisecond)))
		time.Sleep(time.Minute)
		h.expect(t, "EXPIRED soon at 300ms", "EXPIRED later at 900ms")
	})
}

// TestTimersAfterReopening fires timers that were stored, at once those that became due while the Manager was closed.
func TestTimersAfterReopening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &timerEvents{began: time.Now()}
		f := managertest.New(t, faultstore.New(), useTimers)
		f.MustAdd("g", dictrack.Count("missed", dictrack.Targets(9), dictrack.ExpireAfter(time.Minute)))
		f.MustAdd("h", dictrack.Count("soon", dictrack.Targets(9), dictrack.ExpireAfter(time.Hour+time.Second)))
		f.MustAdd("i", dictrack.Count("window", dictrack.Targets(9), dictrack.Limiters(limiter.For(2*time.Hour))))
		f.MustClose()
		time.Sleep(time.Hour)
		f.MustOpen(useTimers, func(o *dictrack.Options) {
			o.Subscriptions = []dictrack.Subscription{{Handler: func(_ context.Context, e dictrack.Event) error {
				h.record(f, e)
				return nil
			}}}
		})
		h.expect(t, "EXPIRED missed at 1h0m0s")
		time.Sleep(2 * time.Hour)
		h.expect(t, "EXPIRED soon at 1h0m1s", "LIMITED window at 2h0m1s")
		f.MustClose()
	})
}

// TestChangedExpiry fires by the expiry set last, whether it is earlier, later or none.
func TestChangedExpiry(t *testing.T) {
	withFakeTime(t, func(t *testing.T, f *managertest.Fixture, h *timerEvents) {
		for _, name := range []string{"earlier", "later", "never", "anew"} {
			f.MustAdd(name, dictrack.Count(name, dictrack.Targets(9), dictrack.ExpireAfter(time.Hour)))
		}
		f.MustAdd("plain", managertest.Count("plain", 9))
		time.Sleep(time.Second)
		update := func(name string, edit dictrack.UpdateOption) {
			t.Helper()
			if err := f.Update(t.Context(), name, name, edit); err != nil {
				t.Fatal(err)
			}
		}
		update("earlier", dictrack.SetExpireAfter(9*time.Second))
		update("later", dictrack.SetExpireAt(h.began.Add(5*time.Hour)))
		update("never", dictrack.SetNoExpiry())
		update("plain", dictrack.SetExpireAfter(20*time.Minute))
		if err := f.Remove(t.Context(), "anew", "anew"); err != nil {
			t.Fatal(err)
		}
		f.MustAdd("anew", dictrack.Count("anew", dictrack.Targets(9), dictrack.ExpireAfter(2*time.Hour)))
		time.Sleep(24 * time.Hour)
		h.expect(t, "EXPIRED earlier at 10s", "EXPIRED plain at 20m1s", "EXPIRED anew at 2h0m1s", "EXPIRED later at 5h0m0s")
	})
}

// TestTimersAfterStageAndReset checks that a window which starts again ends later.
func TestTimersAfterStageAndReset(t *testing.T) {
	withFakeTime(t, func(t *testing.T, f *managertest.Fixture, h *timerEvents) {
		f.MustAdd("g", dictrack.Count("stage", dictrack.Targets(1, 9), dictrack.Limiters(limiter.For(time.Hour))))
		f.MustAdd("h", dictrack.Count("reset", dictrack.Targets(9), dictrack.Limiters(limiter.For(time.Hour))))
		time.Sleep(30 * time.Minute)
		f.MustTrack("g", nil)
		time.Sleep(time.Hour)
		h.expect(t, "LIMITED reset at 1h0m1s")
		by := dictrack.ResetOptions{Duration: 10 * time.Minute}
		if err := f.ResetAll(t.Context(), "h", by); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24 * time.Hour)
		h.expect(t, "LIMITED stage at 1h30m1s", "LIMITED reset at 1h40m1s")
	})
}

// TestTimersOfManyGroups fires timers of more groups at one moment than a single batch has.
func TestTimersOfManyGroups(t *testing.T) {
	withFakeTime(t, func(t *testing.T, f *managertest.Fixture, h *timerEvents) {
		const n = 2500
		for g := range n {
			f.MustAdd(fmt.Sprint("g", g), dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(time.Hour-time.Since(h.began))))
		}
		time.Sleep(2 * time.Hour)
		h.expect(t, slices.Repeat([]string{"EXPIRED a at 1h0m0s"}, n)...)
	})
}

// TestManualSweep disables timers: nothing fires until Sweep is called.
func TestManualSweep(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g",
			dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(time.Minute)),
			dictrack.Count("b", dictrack.Targets(9), dictrack.Limiters(limiter.For(time.Minute))),
			managertest.Count("c", 9),
		)
		events := f.CollectEvents()
		for _, step := range []struct {
			pass time.Duration
			want []string
		}{
			{0, nil},
			{time.Minute - time.Millisecond, nil},
			{time.Millisecond, []string{"EXPIRED a 0"}},
			{time.Second, []string{"LIMITED b 0"}},
			{1000 * time.Hour, nil},
		} {
			f.Clock.Advance(step.pass)
			if err := f.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			managertest.ExpectLines(t, events(), step.want...)
		}
		f.ExpectProgress("g", "c", "0/9")
	})
}

// TestOverdueTrackerIsNotUpdated tracks after timers became due and before they fired: they fire first.
func TestOverdueTrackerIsNotUpdated(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g",
			dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(time.Minute)),
			dictrack.Count("b", dictrack.Targets(9), dictrack.Limiters(limiter.For(time.Minute))),
			managertest.Count("c", 9),
		)
		f.Clock.Advance(time.Hour)
		res := f.MustTrack("g", nil)
		managertest.ExpectLines(t, managertest.EventLines(res.Events()), "EXPIRED a 0", "LIMITED b 0")
		managertest.ExpectLines(t, managertest.TrackerNames(res.Changed()), "b", "c")
		managertest.ExpectLines(t, managertest.TrackerNames(res.Limited()), "b")
		f.ExpectProgress("g", "a", "gone")
	})
}
