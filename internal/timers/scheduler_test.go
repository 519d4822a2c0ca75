package timers_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dictrack/dictrack/internal/timers"
	"github.com/dictrack/dictrack/limiter"
)

// fixture is a Scheduler with its Target, whose clock is the one of a synctest bubble.
type fixture struct {
	t *testing.T
	*timers.Scheduler
	start   time.Time
	fired   []string // group and second
	deleted []string // seconds
	fail    func(groups []string) error
}

func (f *fixture) second() string { return fmt.Sprint(time.Since(f.start).Seconds()) }

func open(t *testing.T, sources ...timers.Source) *fixture {
	f := &fixture{t: t, start: time.Now(), fail: func([]string) error { return nil }}
	f.Scheduler = timers.New(timers.Config{
		Sources: sources, Now: func() int64 { return time.Now().UnixMilli() }, Logger: slog.New(slog.DiscardHandler),
	})
	return f
}

// FireTimers implements timers.Target.
func (f *fixture) FireTimers(_ context.Context, _ int64, groups []string) error {
	for _, g := range groups {
		f.fired = append(f.fired, g+" "+f.second())
	}
	return f.fail(groups)
}

// DeleteExpired implements timers.Target.
func (f *fixture) DeleteExpired(context.Context, int64) error {
	f.deleted = append(f.deleted, f.second())
	return nil
}

// at is a number of seconds after the start.
func (f *fixture) at(seconds float64) int64 {
	return f.start.Add(time.Duration(seconds * float64(time.Second))).UnixMilli()
}

// run runs the loop for a while.
func (f *fixture) run(d time.Duration) {
	ctx, cancel := context.WithCancel(f.t.Context())
	go f.Run(ctx, f)
	time.Sleep(d)
	synctest.Wait()
	cancel()
	if err := f.Wait(f.t.Context()); err != nil {
		f.t.Errorf("wait: %v", err)
	}
}

func (f *fixture) expect(want ...string) {
	f.t.Helper()
	if !slices.Equal(f.fired, want) {
		f.t.Errorf("fired %q, want %q", f.fired, want)
	}
}

func TestFireInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		f.Schedule("c", f.at(3.5))
		f.Schedule("a", f.at(1))
		f.Schedule("never", limiter.Never)
		f.Schedule("a", f.at(9)) // it is due earlier already
		f.Schedule("b", f.at(5))
		f.Schedule("b", f.at(2)) // it is due earlier now
		f.run(30 * time.Second)
		f.expect("a 1", "b 2", "c 3.5")
	})
}

// TestScheduleWhileAsleep wakes the loop.
func TestScheduleWhileAsleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		time.AfterFunc(250*time.Millisecond, func() { f.Schedule("a", f.at(0.3)) })
		f.run(2 * time.Second)
		f.expect("a 0.3")
	})
}

// TestSources are asked a minute ahead, and again before that is over.
func TestSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start, asked := time.Now(), 0
		f := open(t, func(_ context.Context, until int64, _ int) (due []timers.Due, _ error) {
			asked++
			for _, d := range []timers.Due{
				{Group: "a", At: start.Add(20 * time.Second).UnixMilli()}, {Group: "b", At: start.Add(100 * time.Second).UnixMilli()},
			} {
				if time.UnixMilli(d.At).After(time.Now()) && d.At <= until {
					due = append(due, d)
				}
			}
			return due, nil
		})
		f.run(130 * time.Second)
		f.expect("a 20", "b 100")
		if asked < 4 || asked > 6 {
			t.Errorf("the source was asked %d times in 130 s", asked)
		}
		if !slices.Equal(f.deleted, []string{"0", "60", "120"}) {
			t.Errorf("expired ids were deleted at %q", f.deleted)
		}
	})
}

// TestSourceFails is tried again after RetryDelay, whatever is scheduled.
func TestSourceFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failures := 3
		f := open(t, func(context.Context, int64, int) ([]timers.Due, error) {
			if failures--; failures >= 0 {
				return nil, errors.New("not now")
			}
			return nil, nil
		})
		f.Schedule("a", f.at(0.5))
		f.run(10 * time.Second)
		f.expect("a 3")
	})
}

// TestSweep fires what is due, in portions, and joins what failed.
func TestSweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		bad, portions := errors.New("bad"), 0
		f.fail = func([]string) error { portions++; return bad }
		for n := range 1500 {
			f.Schedule(fmt.Sprint(n), f.at(0))
		}
		f.Schedule("later", f.at(1))
		if err := f.Sweep(t.Context(), f, f.at(0.5)); !errors.Is(err, bad) {
			t.Errorf("sweep: %v, want %v", err, bad)
		}
		if len(f.fired) != 1500 || portions != 2 || len(f.deleted) != 1 {
			t.Errorf("%d groups fired in %d portions, ids deleted %d times", len(f.fired), portions, len(f.deleted))
		}
	})
}

// TestFireEndsItsGoroutine as a handler of events may: the loop goes on.
func TestFireEndsItsGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		f.fail = func([]string) error { runtime.Goexit(); return nil }
		f.Schedule("a", f.at(1))
		f.Schedule("b", f.at(2))
		f.run(5 * time.Second)
		f.expect("a 1", "b 2")
	})
}
