package manager_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// TestPanicInTracker panics in each method of custom code: the tracker does not change, the failure is reported, and the
// other trackers of the group are updated.
func TestPanicInTracker(t *testing.T) {
	targets := map[string]int{"match": 10, "step": 10, "before": 10, "after": 15, "stage done": 10}
	for method, target := range targets {
		t.Run(method, func(t *testing.T) {
			managertest.InMemoryAndStoredWithCustomKinds(t, func(t *testing.T, f *managertest.Fixture) {
				f.MustAdd("g",
					managertest.Count("before", 9),
					dictrack.Custom("faulty", "custom", nil, dictrack.Targets(target, 90),
						dictrack.Where(condition.Custom("custom", nil)), dictrack.Limiters(limiter.Custom("custom", nil))),
					managertest.Count("after", 2, 9),
				)
				f.MustTrack("g", managertest.Object{"panic": method}, managertest.WithID("x"))
				res := f.MustTrack("g", managertest.Object{"panic": method})
				failures := res.Failures()
				if len(failures) != 1 || failures[0].Tracker != "faulty" || failures[0].Group != "g" ||
					!strings.Contains(failures[0].Error(), "in "+method) {
					t.Errorf("failures %v, want one of the faulty tracker", failures)
				}
				managertest.ExpectLines(t, managertest.TrackerNames(res.Changed()), "before", "after")
				managertest.ExpectLines(t, managertest.EventLines(res.Events()), "STAGE_COMPLETED after 2", "RESET after 2")
				f.ExpectProgress("g", "faulty", fmt.Sprint("0/", target))
				if res := f.MustTrack("g", nil); res.Failures() != nil || len(res.Changed()) != 3 {
					t.Errorf("with data that makes nothing panic: %v, %v", res.Changed(), res.Failures())
				}
				f.ExpectProgress("g", "faulty", map[bool]string{true: "10/90", false: "10/15"}[target == 10])
			})
		})
	}
}

// TestPanicInCondition panics in a condition that trackers share: each tracker that evaluates it fails, and no other.
func TestPanicInCondition(t *testing.T) {
	f := managertest.New(t, nil, managertest.WithCustomKinds)
	shared := condition.Custom("custom", nil)
	f.MustAdd("g",
		dictrack.Count("a", dictrack.Targets(9), dictrack.Where(shared)),
		dictrack.Count("b", dictrack.Targets(9), dictrack.Where(shared, condition.Exists("x"))),
		dictrack.Count("c", dictrack.Targets(9), dictrack.Where(shared, condition.Eq("x", 1))),
	)
	var failed []string
	for _, one := range f.MustTrack("g", managertest.Object{"panic": "match", "x": 1}).Failures() {
		failed = append(failed, one.Tracker)
	}
	managertest.ExpectLines(t, failed, "a", "b", "c")
	failed = nil
	for _, one := range f.MustTrack("g", managertest.Object{"panic": "match", "x": 2}).Failures() {
		failed = append(failed, one.Tracker)
	}
	managertest.ExpectLines(t, failed, "a", "b")
}

// TestPanicInManagementCall refuses a management call as a whole when custom code panics or returns an error.
func TestPanicInManagementCall(t *testing.T) {
	managertest.InMemoryAndStoredWithCustomKinds(t, func(t *testing.T, f *managertest.Fixture) {
		err := f.Add(t.Context(), "g", managertest.Count("fine", 9), managertest.CountWithLimiter("a", "custom", "start"))
		if err == nil || !strings.Contains(err.Error(), "in start") || !strings.Contains(err.Error(), `"a"`) {
			t.Errorf("Add: %v, want the panic", err)
		}
		f.ExpectProgress("g", "fine", "gone")
		f.MustAdd("g", managertest.Count("fine", 9), managertest.CountWithLimiter("a", "custom", "reset"), managertest.CountWithLimiter("b", "custom", "stage done"), managertest.CountWithLimiter("c", "custom", nil))
		f.MustTrack("g", nil)
		events := f.CollectEvents()
		if err := f.ResetAll(t.Context(), "g", dictrack.ResetOptions{Policy: tracker.ResetAll}); err == nil || !strings.Contains(err.Error(), "in reset") {
			t.Errorf("ResetAll: %v, want the panic", err)
		}
		by := dictrack.ResetOptions{Args: 7}
		if err := f.Reset(t.Context(), "g", by, "c"); err == nil || !strings.Contains(err.Error(), "no args are allowed") {
			t.Errorf("Reset: %v, want the limiter's error", err)
		}
		if err := f.Update(t.Context(), "g", "b", dictrack.SetProgress(9)); err == nil || !strings.Contains(err.Error(), "in stage done") {
			t.Errorf("Update: %v, want the panic", err)
		}
		managertest.ExpectLines(t, events())
		f.ExpectProgress("g", "fine", "1/9")
		f.ExpectProgress("g", "b", "1/5")
	})
}

// TestPanicInTimer logs the limiter that panics in its timer, and all other timers fire.
func TestPanicInTimer(t *testing.T) {
	for _, args := range []any{"before", nil} { // panics, or lets the message pass although it is due
		t.Run(fmt.Sprint(args), func(t *testing.T) {
			managertest.InMemoryAndStoredWithCustomKinds(t, func(t *testing.T, f *managertest.Fixture) {
				f.MustAdd("g", managertest.CountWithLimiter("faulty", "timed", args), dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(time.Minute)))
				f.MustAdd("h", dictrack.Count("b", dictrack.Targets(9), dictrack.ExpireAfter(time.Minute)))
				events := f.CollectEvents()
				f.Clock.Advance(time.Hour)
				done := make(chan error, 1)
				go func() { done <- f.Sweep(t.Context()) }()
				select {
				case <-done:
				case <-time.After(5 * time.Second):
					t.Fatal("Sweep does not return")
				}
				if got := events(); len(got) != 2 {
					t.Errorf("events %q, want both expiries", got)
				}
				f.ExpectProgress("g", "faulty", "0/5")
				if args == "before" && !strings.Contains(f.Log.String(), "in before") {
					t.Errorf("the log %q does not report the panic", f.Log)
				}
			})
		})
	}
}

// TestPanicInDue panics while a limiter computes its due time: group and process go on.
func TestPanicInDue(t *testing.T) {
	f := managertest.New(t, nil, managertest.WithCustomKinds)
	f.MustAdd("g", managertest.Count("fine", 9))
	add := func() (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("the panic reached the caller: %v", r)
				t.Error(err)
			}
		}()
		return f.Add(t.Context(), "g", managertest.CountWithLimiter("a", "timed", "due"))
	}
	_ = add() // either refused, or added as a tracker that is never due
	tracked := make(chan struct{})
	go func() {
		defer close(tracked)
		f.MustTrack("g", nil)
	}()
	select {
	case <-tracked:
	case <-time.After(5 * time.Second):
		t.Fatal("the group is blocked")
	}
	f.ExpectProgress("g", "fine", "1/9")
}
