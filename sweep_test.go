package dictrack_test

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
	"github.com/dictrack/dictrack/limiter"
)

// told is what a Manager that sweeps by itself tells, with the seconds since the test began.
type told struct {
	began time.Time
	mu    sync.Mutex // protects lines
	lines []string
}

func (h *told) listen(f *fixture) {
	_, _ = f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error { h.hear(f, e); return nil }})
}

func (h *told) hear(f *fixture, e dictrack.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if e.Timer {
		h.lines = append(h.lines, fmt.Sprint(e.Kind, " ", e.Tracker.Name, " at ", time.Since(h.began)))
	}
	if e.Time.After(time.Now()) || time.Since(e.Time) > time.Second {
		f.Errorf("event %s has time %v at %v", e.ID(), e.Time, time.Now())
	}
}

func (h *told) expect(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	expectLines(t, h.lines, want...)
	h.lines = nil
}

// byItself lets a Manager go by the clock of a bubble, where hours take no time.
func byItself(o *dictrack.Options) { o.Clock, o.DisableTimers = nil, false }

// inBubble runs a test in memory and on a disk, with a clock that jumps from one timer to the next.
func inBubble(t *testing.T, test func(t *testing.T, f *fixture, h *told)) {
	t.Helper()
	for name, d := range map[string]*faultstore.Store{"memory": nil, "store": faultstore.New()} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &told{began: time.Now()}
				f := open(t, d, byItself)
				h.listen(f)
				test(t, f, h)
			})
		})
	}
}

// TestClockByItself tells of expiries and ends of windows at the right second, though no data comes.
func TestClockByItself(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture, h *told) {
		begin := time.Now()
		f.add("g",
			dictrack.Count("expires", dictrack.Targets(9), dictrack.ExpireAfter(90*time.Second+250*time.Millisecond)),
			dictrack.Count("expires at", dictrack.Targets(9), dictrack.ExpireAt(begin.Add(3*time.Hour))),
			dictrack.Count("window", dictrack.Targets(9), dictrack.Limiters(limiter.For(time.Minute))),
			dictrack.Count("until", dictrack.Targets(9), dictrack.Limiters(limiter.Until(begin.Add(2*time.Minute))), dictrack.ExpireAfter(4*time.Hour)),
			count("forever", 9),
		)
		f.add("h", dictrack.Count("other", dictrack.Targets(9), dictrack.ExpireAfter(30*time.Hour)))
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
		expectLines(t, names(snaps), "window", "forever")
	})
}

// TestClockAtOnce keeps time for what is due before the next look at the clock.
func TestClockAtOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture, h *told) {
		f.add("g", dictrack.Count("later", dictrack.Targets(9), dictrack.ExpireAfter(900*time.Millisecond)))
		time.Sleep(100 * time.Millisecond)
		f.add("h", dictrack.Count("soon", dictrack.Targets(9), dictrack.ExpireAfter(200*time.Millisecond)))
		time.Sleep(time.Minute)
		h.expect(t, "EXPIRED soon at 300ms", "EXPIRED later at 900ms")
	})
}

// TestClockAfterReopening keeps what is due, and catches up with what became due meanwhile.
func TestClockAfterReopening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &told{began: time.Now()}
		f := open(t, faultstore.New(), byItself)
		f.add("g", dictrack.Count("missed", dictrack.Targets(9), dictrack.ExpireAfter(time.Minute)))
		f.add("h", dictrack.Count("soon", dictrack.Targets(9), dictrack.ExpireAfter(time.Hour+time.Second)))
		f.add("i", dictrack.Count("window", dictrack.Targets(9), dictrack.Limiters(limiter.For(2*time.Hour))))
		f.close()
		time.Sleep(time.Hour)
		f.open(byItself, func(o *dictrack.Options) {
			o.Subscriptions = []dictrack.Subscription{{Handler: func(_ context.Context, e dictrack.Event) error {
				h.hear(f, e)
				return nil
			}}}
		})
		h.expect(t, "EXPIRED missed at 1h0m0s")
		time.Sleep(2 * time.Hour)
		h.expect(t, "EXPIRED soon at 1h0m1s", "LIMITED window at 2h0m1s")
		f.close()
	})
}

// TestClockChanged goes by the expiry that was said last, whether it is earlier, later or none.
func TestClockChanged(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture, h *told) {
		for _, name := range []string{"earlier", "later", "never", "anew"} {
			f.add(name, dictrack.Count(name, dictrack.Targets(9), dictrack.ExpireAfter(time.Hour)))
		}
		f.add("plain", count("plain", 9))
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
		f.add("anew", dictrack.Count("anew", dictrack.Targets(9), dictrack.ExpireAfter(2*time.Hour)))
		time.Sleep(24 * time.Hour)
		h.expect(t, "EXPIRED earlier at 10s", "EXPIRED plain at 20m1s", "EXPIRED anew at 2h0m1s", "EXPIRED later at 5h0m0s")
	})
}

// TestClockAfterStageAndReset moves windows that start again.
func TestClockAfterStageAndReset(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture, h *told) {
		f.add("g", dictrack.Count("stage", dictrack.Targets(1, 9), dictrack.Limiters(limiter.For(time.Hour))))
		f.add("h", dictrack.Count("reset", dictrack.Targets(9), dictrack.Limiters(limiter.For(time.Hour))))
		time.Sleep(30 * time.Minute)
		f.track("g", nil)
		time.Sleep(time.Hour)
		h.expect(t, "LIMITED reset at 1h0m1s")
		by := resetBy{Duration: 10 * time.Minute}
		if err := f.ResetAll(t.Context(), "h", by); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24 * time.Hour)
		h.expect(t, "LIMITED stage at 1h30m1s", "LIMITED reset at 1h40m1s")
	})
}

// TestClockForMany groups at one moment, more than are swept at once.
func TestClockForMany(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture, h *told) {
		const n = 2500
		for g := range n {
			f.add(fmt.Sprint("g", g), dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(time.Hour-time.Since(h.began))))
		}
		time.Sleep(2 * time.Hour)
		h.expect(t, slices.Repeat([]string{"EXPIRED a at 1h0m0s"}, n)...)
	})
}

// TestManualSweep does nothing by itself, and all of it when asked.
func TestManualSweep(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g",
			dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(time.Minute)),
			dictrack.Count("b", dictrack.Targets(9), dictrack.Limiters(limiter.For(time.Minute))),
			count("c", 9),
		)
		heard := f.hear()
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
			f.clock.pass(step.pass)
			if err := f.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			expectLines(t, heard(), step.want...)
		}
		f.expect("g", "c", "0/9")
	})
}

// TestOverdueTakesNoData applies the clock with the next data, when no sweep has come yet.
func TestOverdueTakesNoData(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g",
			dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(time.Minute)),
			dictrack.Count("b", dictrack.Targets(9), dictrack.Limiters(limiter.For(time.Minute))),
			count("c", 9),
		)
		f.clock.pass(time.Hour)
		res := f.track("g", nil)
		expectLines(t, lines(res.Events()), "EXPIRED a 0", "LIMITED b 0")
		expectLines(t, names(res.Changed()), "b", "c")
		expectLines(t, names(res.Limited()), "b")
		f.expect("g", "a", "gone")
	})
}
