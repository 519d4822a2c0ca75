package reference_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

func sharedTargets(t *testing.T) {
	f := managertest.New(t, nil)
	targets := []int{10, 50, 100}
	for _, name := range []string{"a", "b", "c"} {
		f.MustAdd("g", dictrack.Sum(name, "n", dictrack.Targets(targets...)))
	}
	f.MustTrack("g", managertest.Object{"n": 10})
	for _, name := range []string{"a", "b", "c"} {
		f.ExpectProgress("g", name, "10/50")
	}
	if fmt.Sprint(targets) != "[10 50 100]" {
		t.Errorf("the caller's list became %v", targets)
	}
}

func manyStagesAtOnce(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", dictrack.Sum("a", "n", dictrack.Targets(10, 50, 100), dictrack.Reset(tracker.ResetNone)))
	res := f.MustTrack("g", managertest.Object{"n": 500})
	managertest.ExpectLines(t, managertest.EventLines(res.Events()), "STAGE_COMPLETED a 500", "STAGE_COMPLETED a 500", "ALL_COMPLETED a 500")
}

func loopStartsAgain(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(3), dictrack.Loop()))
	completed := 0
	_, _ = f.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventStageCompleted}, Handler: func(context.Context, dictrack.Event) error { completed++; return nil }})
	for range 6 {
		f.MustTrack("g", nil)
	}
	if completed != 2 {
		t.Errorf("%d completions for 6 messages and a target of 3", completed)
	}
	f.ExpectProgress("g", "a", "0/3")
}

func loopOverAllStages(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(1, 3), dictrack.Loop(), dictrack.Reset(tracker.ResetNone)))
	var stages []string
	_, _ = f.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventStageCompleted}, Handler: func(_ context.Context, e dictrack.Event) error {
		stages = append(stages, fmt.Sprint(e.Tracker.Stage, " of ", e.Tracker.Cycle))
		return nil
	}})
	for range 6 {
		f.MustTrack("g", nil)
	}
	managertest.ExpectLines(t, stages, "1 of 1", "2 of 1", "1 of 2", "2 of 2")
}

func carryKeepsRemainder(t *testing.T) {
	f := managertest.New(t, nil)
	options := []dictrack.TrackerOption{dictrack.Targets(10, 20), dictrack.Reset(tracker.ResetProgress), dictrack.Initial(2)}
	f.MustAdd("g", dictrack.Sum("drop", "n", options...), dictrack.Sum("carry", "n", append(options, dictrack.Carry())...))
	f.MustTrack("g", managertest.Object{"n": 15})
	f.ExpectProgress("g", "drop", "0/20")
	f.ExpectProgress("g", "carry", "7/20")
}

// resetOfStages goes back to the first stage only when asked.
func resetOfStages(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", managertest.Count("a", 1, 2, 3), dictrack.Count("high", dictrack.Targets(5, 9), dictrack.Initial(7)))
	f.ExpectProgress("g", "high", "7/5") // initial progress completes no stage
	f.MustTrack("g", nil)
	f.ExpectProgress("g", "high", "8/9")
	f.MustTrack("g", nil)
	f.ExpectProgress("g", "a", "2/3")
	by := dictrack.ResetOptions{Policy: tracker.ResetStage | tracker.ResetProgress}
	if err := f.Reset(t.Context(), "g", by, "a"); err != nil {
		t.Fatal(err)
	}
	f.ExpectProgress("g", "a", "0/1")
	snap, err := f.Get(t.Context(), "g", "a")
	if err != nil || len(snap.Targets) != 3 || snap.Stage != 1 {
		t.Errorf("after the reset: %+v, %v", snap, err)
	}
}

func invalidTargets(t *testing.T) {
	f := managertest.New(t, nil)
	managertest.ExpectFieldError(t, f.Add(t.Context(), "g", managertest.Count("a")), "targets", "at least one")
	managertest.ExpectFieldError(t, f.Add(t.Context(), "g", dictrack.Count("a", dictrack.Targets(-1), dictrack.Loop())), "targets[0]: -1", "above 0")
	f.MustAdd("g", managertest.Count("down", 5, 3, -1)) // allowed: all are reached by one message
	f.MustTrack("g", nil)
	f.ExpectProgress("g", "down", "1/5")
}

func oneDefinitionManyGroups(t *testing.T) {
	f := managertest.New(t, nil)
	spec := managertest.Count("a", 9)
	for n := range 3 {
		g := fmt.Sprint("g", n)
		f.MustAdd(g, spec)
		f.MustTrack(g, nil)
		f.ExpectProgress(g, "a", "1/9")
	}
}

// sumsOfNonNumbers checks that values which are no numbers change nothing, and that decimal sums are exact.
func sumsOfNonNumbers(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", dictrack.Sum("a", "n", dictrack.Targets(1), dictrack.Limiters(limiter.Count(11)), dictrack.Keep()))
	for _, n := range []any{"nan", "inf", "-Infinity", true, nil, "x", "", []any{1}, managertest.Object{"n": 1}, "0x10", "1_0"} {
		if res := f.MustTrack("g", managertest.Object{"n": n}); res.Affected() != 0 || len(res.Events()) != 0 {
			t.Errorf("%v changed the tracker: %v", n, res.Changed())
		}
	}
	f.MustTrack("g", nil)
	for _, n := range []any{0.1, "0.1", " 1e-1 ", json.Number("0.10"), "+.1", 0.1, 0.1, 0.1, 0.1} {
		f.MustTrack("g", managertest.Object{"n": n})
	}
	f.ExpectProgress("g", "a", "0.9/1")
	managertest.ExpectLines(t, managertest.EventLines(f.MustTrack("g", managertest.Object{"n": 0.1}).Events()), "ALL_COMPLETED a 1")
}

// eventsInOrder checks that each event has the tracker as it was then, in the right order.
func eventsInOrder(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(1, 2), dictrack.Reset(tracker.ResetAll)))
	events := f.MustTrack("g", nil).Events()
	managertest.ExpectLines(t, managertest.EventLines(events), "STAGE_COMPLETED a 1", "RESET a 0")
	if s := events[0].Tracker; s.Completed || s.Stage != 1 || fmt.Sprint(s.Target) != "1" {
		t.Errorf("when the stage was completed: %+v", s)
	}
	f.MustTrack("g", nil)
	if s := f.MustTrack("g", nil).Events()[0].Tracker; !s.Completed || s.Stage != 2 {
		t.Errorf("when all were completed: %+v", s)
	}
}

func keptWhenCompleted(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(1), dictrack.Keep()))
	f.MustTrack("g", nil)
	f.MustReopen()
	if snap, err := f.Get(t.Context(), "g", "a"); err != nil || !snap.Completed {
		t.Errorf("%+v, %v", snap, err)
	}
	if res := f.MustTrack("g", nil); len(res.Changed()) != 0 || len(res.Events()) != 0 {
		t.Errorf("a completed tracker changed: %+v", res.Changed())
	}
	if err := f.Reset(t.Context(), "g", dictrack.ResetOptions{Policy: tracker.ResetAll}, "a"); err != nil {
		t.Fatal(err)
	}
	managertest.ExpectLines(t, managertest.EventLines(f.MustTrack("g", nil).Events()), "ALL_COMPLETED a 1")
}

// storedAndCached adds a tracker to a stored group, and finds both.
func storedAndCached(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", managertest.Count("a", 9))
	f.MustReopen()
	f.MustAdd("g", managertest.Count("b", 9))
	f.ExpectProgress("g", "a", "0/9")
	f.MustTrack("g", nil)
	f.ExpectProgress("g", "a", "1/9")
	f.ExpectProgress("g", "b", "1/9")
}

func beforeItsWindow(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", dictrack.Count("a", dictrack.Targets(9), dictrack.Limiters(limiter.Window(managertest.Start.Add(time.Hour), managertest.Start.Add(2*time.Hour)))))
		res := f.MustTrack("g", nil)
		managertest.ExpectLines(t, managertest.TrackerNames(res.Limited()), "a")
		managertest.ExpectLines(t, managertest.EventLines(res.Events()))
		f.Clock.Advance(time.Hour)
		f.MustTrack("g", nil)
		f.ExpectProgress("g", "a", "1/9")
	})
}

func fixedWindowKeepsItsEnd(t *testing.T) {
	f := managertest.New(t, nil)
	end := managertest.Start.Add(time.Hour)
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(1, 2, 9), dictrack.Limiters(limiter.Window(managertest.Start, end))))
	f.MustTrack("g", nil)
	f.Clock.Advance(30 * time.Minute)
	f.MustTrack("g", nil)
	if snap, _ := f.Get(t.Context(), "g", "a"); !snap.Limiters[0].End.Equal(end) {
		t.Errorf("the window now ends at %v, want %v", snap.Limiters[0].End, end)
	}
}

func stepsConsumeCountLimiter(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", dictrack.Count("a", dictrack.Targets(99), dictrack.Where(condition.Exists("x")), dictrack.Limiters(limiter.Count(3))))
		for range 5 {
			f.MustTrack("g", nil)
		}
		for range 5 {
			f.MustTrack("g", managertest.Object{"x": 1})
		}
		f.ExpectProgress("g", "a", "3/99")
	})
}

func everyLimiterIsReset(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(99), dictrack.Limiters(limiter.Count(1), limiter.Count(2), limiter.For(time.Hour))))
	f.MustTrack("g", nil)
	f.Clock.Advance(2 * time.Hour)
	if err := f.ResetAll(t.Context(), "g", dictrack.ResetOptions{Limit: limiter.NewLimit(0)}); err != nil {
		t.Fatal(err)
	}
	snap, err := f.Get(t.Context(), "g", "a")
	if err != nil || !snap.Limited || snap.Limiters[1].Left != 0 || !snap.Limiters[2].Start.Equal(managertest.Start.Add(2*time.Hour)) {
		t.Errorf("after the reset: %+v, %v", snap, err)
	}
}

func refillIsComplete(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(2, 99), dictrack.Limiters(limiter.Count(5))))
	f.MustTrack("g", nil)
	f.MustTrack("g", nil)
	if snap, _ := f.Get(t.Context(), "g", "a"); snap.Limiters[0].Left != 5 {
		t.Errorf("%d left after the stage, want 5", snap.Limiters[0].Left)
	}
}

// timeOfTheCall checks that limiters go by the message's time.
func timeOfTheCall(t *testing.T) {
	f := managertest.New(t, nil)
	long := managertest.Start.Add(1000 * time.Hour)
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(1, 9), dictrack.Limiters(limiter.From(long, time.Hour))))
	res := f.MustTrack("g", nil, managertest.WithTime(long.Add(time.Minute+900*time.Millisecond)))
	window := res.Changed()[0].Limiters[0]
	if !window.Start.Equal(long.Add(time.Minute)) || !window.End.Equal(long.Add(time.Hour+time.Minute)) {
		t.Errorf("the window is %v to %v, want an hour from the time of the message, in whole seconds", window.Start, window.End)
	}
}

func equalLimiters(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(99), dictrack.Limiters(limiter.Count(2), limiter.Count(2))))
	f.MustTrack("g", nil)
	f.MustReopen()
	snap, err := f.Get(t.Context(), "g", "a")
	if err != nil || len(snap.Limiters) != 2 || snap.Limiters[0].Left != 1 || snap.Limiters[1].Left != 1 {
		t.Errorf("limiters %+v, %v", snap.Limiters, err)
	}
}

// limitedNowOrRefused emits one event for two limiters, and does not list trackers whose conditions do not hold.
func limitedNowOrRefused(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(99), dictrack.Where(condition.Exists("x")), dictrack.Limiters(limiter.Count(1), limiter.Count(1))))
	res := f.MustTrack("g", managertest.Object{"x": 1})
	managertest.ExpectLines(t, managertest.EventLines(res.Events()), "LIMITED a 1")
	managertest.ExpectLines(t, managertest.TrackerNames(res.Limited()), "a")
	res = f.MustTrack("g", managertest.Object{"y": 1})
	managertest.ExpectLines(t, managertest.TrackerNames(res.Limited()))
	res = f.MustTrack("g", managertest.Object{"x": 1})
	managertest.ExpectLines(t, managertest.TrackerNames(res.Limited()), "a")
	managertest.ExpectLines(t, managertest.EventLines(res.Events()))
}
