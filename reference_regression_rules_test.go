package dictrack_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

func sharedTargets(t *testing.T) {
	f := open(t, nil)
	targets := []int{10, 50, 100}
	for _, name := range []string{"a", "b", "c"} {
		f.add("g", dictrack.Sum(name, "n", dictrack.Targets(targets...)))
	}
	f.track("g", object{"n": 10})
	for _, name := range []string{"a", "b", "c"} {
		f.expect("g", name, "10/50")
	}
	if fmt.Sprint(targets) != "[10 50 100]" {
		t.Errorf("the caller's list became %v", targets)
	}
}

func manyStagesAtOnce(t *testing.T) {
	f := open(t, nil)
	f.add("g", dictrack.Sum("a", "n", dictrack.Targets(10, 50, 100), dictrack.Reset(tracker.ResetNone)))
	res := f.track("g", object{"n": 500})
	expectLines(t, lines(res.Events()), "STAGE_COMPLETED a 500", "STAGE_COMPLETED a 500", "ALL_COMPLETED a 500")
}

func loopStartsAgain(t *testing.T) {
	f := open(t, nil)
	f.add("g", dictrack.Count("a", dictrack.Targets(3), dictrack.Loop()))
	completed := 0
	_, _ = f.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventStageCompleted}, Handler: func(context.Context, dictrack.Event) error { completed++; return nil }})
	for range 6 {
		f.track("g", nil)
	}
	if completed != 2 {
		t.Errorf("%d completions for 6 data and a target of 3", completed)
	}
	f.expect("g", "a", "0/3")
}

func loopOverAllStages(t *testing.T) {
	f := open(t, nil)
	f.add("g", dictrack.Count("a", dictrack.Targets(1, 3), dictrack.Loop(), dictrack.Reset(tracker.ResetNone)))
	var stages []string
	_, _ = f.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventStageCompleted}, Handler: func(_ context.Context, e dictrack.Event) error {
		stages = append(stages, fmt.Sprint(e.Tracker.Stage, " of ", e.Tracker.Cycle))
		return nil
	}})
	for range 6 {
		f.track("g", nil)
	}
	expectLines(t, stages, "1 of 1", "2 of 1", "1 of 2", "2 of 2")
}

func carryKeepsTheRest(t *testing.T) {
	f := open(t, nil)
	options := []dictrack.TrackerOption{dictrack.Targets(10, 20), dictrack.Reset(tracker.ResetProgress), dictrack.Initial(2)}
	f.add("g", dictrack.Sum("drop", "n", options...), dictrack.Sum("carry", "n", append(options, dictrack.Carry())...))
	f.track("g", object{"n": 15})
	f.expect("g", "drop", "0/20")
	f.expect("g", "carry", "7/20")
}

// resetOfStages goes back to the first stage when asked, and takes completion away from nobody unasked.
func resetOfStages(t *testing.T) {
	f := open(t, nil)
	f.add("g", count("a", 1, 2, 3), dictrack.Count("high", dictrack.Targets(5, 9), dictrack.Initial(7)))
	f.expect("g", "high", "7/5") // not at creation
	f.track("g", nil)
	f.expect("g", "high", "8/9")
	f.track("g", nil)
	f.expect("g", "a", "2/3")
	by := resetBy{Policy: tracker.ResetStage | tracker.ResetProgress}
	if err := f.Reset(t.Context(), "g", by, "a"); err != nil {
		t.Fatal(err)
	}
	f.expect("g", "a", "0/1")
	snap, err := f.Get(t.Context(), "g", "a")
	if err != nil || len(snap.Targets) != 3 || snap.Stage != 1 {
		t.Errorf("after the reset: %+v, %v", snap, err)
	}
}

func badTargets(t *testing.T) {
	f := open(t, nil)
	refused(t, f.Add(t.Context(), "g", count("a")), "targets", "at least one")
	refused(t, f.Add(t.Context(), "g", dictrack.Count("a", dictrack.Targets(-1), dictrack.Loop())), "targets[0]: -1", "above 0")
	f.add("g", count("down", 5, 3, -1)) // allowed: reached at once, one after the other
	f.track("g", nil)
	f.expect("g", "down", "1/5")
}

func oneSpecManyGroups(t *testing.T) {
	f := open(t, nil)
	spec := count("a", 9)
	for n := range 3 {
		g := fmt.Sprint("g", n)
		f.add(g, spec)
		f.track(g, nil)
		f.expect(g, "a", "1/9")
	}
}

// sumsOfWhatever neither completes by what is no number, nor uses up a limiter, nor drifts.
func sumsOfWhatever(t *testing.T) {
	f := open(t, nil)
	f.add("g", dictrack.Sum("a", "n", dictrack.Targets(1), dictrack.Limiters(limiter.Count(11)), dictrack.Keep()))
	for _, n := range []any{"nan", "inf", "-Infinity", true, nil, "x", "", []any{1}, object{"n": 1}, "0x10", "1_0"} {
		if res := f.track("g", object{"n": n}); res.Affected() != 0 || len(res.Events()) != 0 {
			t.Errorf("%v moved the tracker: %v", n, res.Changed())
		}
	}
	f.track("g", nil)
	for _, n := range []any{0.1, "0.1", " 1e-1 ", json.Number("0.10"), "+.1", 0.1, 0.1, 0.1, 0.1} {
		f.track("g", object{"n": n})
	}
	f.expect("g", "a", "0.9/1")
	expectLines(t, lines(f.track("g", object{"n": 0.1}).Events()), "ALL_COMPLETED a 1")
}

// eventsAsTheyHappened show the tracker as it was, in the right order.
func eventsAsTheyHappened(t *testing.T) {
	f := open(t, nil)
	f.add("g", dictrack.Count("a", dictrack.Targets(1, 2), dictrack.Reset(tracker.ResetAll)))
	events := f.track("g", nil).Events()
	expectLines(t, lines(events), "STAGE_COMPLETED a 1", "RESET a 0")
	if s := events[0].Tracker; s.Completed || s.Stage != 1 || fmt.Sprint(s.Target) != "1" {
		t.Errorf("when the stage was completed: %+v", s)
	}
	f.track("g", nil)
	if s := f.track("g", nil).Events()[0].Tracker; !s.Completed || s.Stage != 2 {
		t.Errorf("when all were completed: %+v", s)
	}
}

func keptWhenCompleted(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", dictrack.Count("a", dictrack.Targets(1), dictrack.Keep()))
	f.track("g", nil)
	f.reopen()
	if snap, err := f.Get(t.Context(), "g", "a"); err != nil || !snap.Completed {
		t.Errorf("%+v, %v", snap, err)
	}
	if res := f.track("g", nil); len(res.Changed()) != 0 || len(res.Events()) != 0 {
		t.Errorf("a completed tracker took data: %+v", res.Changed())
	}
	if err := f.Reset(t.Context(), "g", resetBy{Policy: tracker.ResetAll}, "a"); err != nil {
		t.Fatal(err)
	}
	expectLines(t, lines(f.track("g", nil).Events()), "ALL_COMPLETED a 1")
}

// storedAndCached finds trackers of a cached group that another call has added.
func storedAndCached(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", count("a", 9))
	f.reopen()
	f.add("g", count("b", 9))
	f.expect("g", "a", "0/9")
	f.track("g", nil)
	f.expect("g", "a", "1/9")
	f.expect("g", "b", "1/9")
}

func beforeItsWindow(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", dictrack.Count("a", dictrack.Targets(9), dictrack.Limiters(limiter.Window(start.Add(time.Hour), start.Add(2*time.Hour)))))
		res := f.track("g", nil)
		expectLines(t, names(res.Limited()), "a")
		expectLines(t, lines(res.Events()))
		f.clock.pass(time.Hour)
		f.track("g", nil)
		f.expect("g", "a", "1/9")
	})
}

func campaignStays(t *testing.T) {
	f := open(t, nil)
	end := start.Add(time.Hour)
	f.add("g", dictrack.Count("a", dictrack.Targets(1, 2, 9), dictrack.Limiters(limiter.Window(start, end))))
	f.track("g", nil)
	f.clock.pass(30 * time.Minute)
	f.track("g", nil)
	if snap, _ := f.Get(t.Context(), "g", "a"); !snap.Limiters[0].End.Equal(end) {
		t.Errorf("the window now ends at %v, want %v", snap.Limiters[0].End, end)
	}
}

func stepsUseUp(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", dictrack.Count("a", dictrack.Targets(99), dictrack.Where(condition.Exists("x")), dictrack.Limiters(limiter.Count(3))))
		for range 5 {
			f.track("g", nil)
		}
		for range 5 {
			f.track("g", object{"x": 1})
		}
		f.expect("g", "a", "3/99")
	})
}

func everyLimiterIsReset(t *testing.T) {
	f := open(t, nil)
	f.add("g", dictrack.Count("a", dictrack.Targets(99), dictrack.Limiters(limiter.Count(1), limiter.Count(2), limiter.For(time.Hour))))
	f.track("g", nil)
	f.clock.pass(2 * time.Hour)
	if err := f.ResetAll(t.Context(), "g", resetBy{Limit: limiter.NewLimit(0)}); err != nil {
		t.Fatal(err)
	}
	snap, err := f.Get(t.Context(), "g", "a")
	if err != nil || !snap.Limited || snap.Limiters[1].Left != 0 || !snap.Limiters[2].Start.Equal(start.Add(2*time.Hour)) {
		t.Errorf("after the reset: %+v, %v", snap, err)
	}
}

func refillIsWhole(t *testing.T) {
	f := open(t, nil)
	f.add("g", dictrack.Count("a", dictrack.Targets(2, 99), dictrack.Limiters(limiter.Count(5))))
	f.track("g", nil)
	f.track("g", nil)
	if snap, _ := f.Get(t.Context(), "g", "a"); snap.Limiters[0].Left != 5 {
		t.Errorf("%d left after the stage, want 5", snap.Limiters[0].Left)
	}
}

// timeOfTheCall is the only clock, in every rule of a call.
func timeOfTheCall(t *testing.T) {
	f := open(t, nil)
	long := start.Add(1000 * time.Hour)
	f.add("g", dictrack.Count("a", dictrack.Targets(1, 9), dictrack.Limiters(limiter.From(long, time.Hour))))
	res := f.track("g", nil, withTime(long.Add(time.Minute+900*time.Millisecond)))
	window := res.Changed()[0].Limiters[0]
	if !window.Start.Equal(long.Add(time.Minute)) || !window.End.Equal(long.Add(time.Hour+time.Minute)) {
		t.Errorf("the window is %v to %v, want an hour from the time of the call, in whole seconds", window.Start, window.End)
	}
}

func equalLimiters(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", dictrack.Count("a", dictrack.Targets(99), dictrack.Limiters(limiter.Count(2), limiter.Count(2))))
	f.track("g", nil)
	f.reopen()
	snap, err := f.Get(t.Context(), "g", "a")
	if err != nil || len(snap.Limiters) != 2 || snap.Limiters[0].Left != 1 || snap.Limiters[1].Left != 1 {
		t.Errorf("limiters %+v, %v", snap.Limiters, err)
	}
}

// limitedNowOrRefused tells of one limiter, and lists no tracker that the data does not concern.
func limitedNowOrRefused(t *testing.T) {
	f := open(t, nil)
	f.add("g", dictrack.Count("a", dictrack.Targets(99), dictrack.Where(condition.Exists("x")), dictrack.Limiters(limiter.Count(1), limiter.Count(1))))
	res := f.track("g", object{"x": 1})
	expectLines(t, lines(res.Events()), "LIMITED a 1")
	expectLines(t, names(res.Limited()), "a")
	res = f.track("g", object{"y": 1})
	expectLines(t, names(res.Limited()))
	res = f.track("g", object{"x": 1})
	expectLines(t, names(res.Limited()), "a")
	expectLines(t, lines(res.Events()))
}
