package group_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/tracker"
)

// Custom code that panics fails its own tracker, for that data, and touches no other.
func TestPanicsFailOneTracker(t *testing.T) {
	cases := map[string]string{
		"condition":      `{"where":[{"op":"bad"}]}`,
		"kind":           `{"kind":"bad"}`,
		"limiter before": `{"limiters":[{"kind":"bad","args":"before"}]}`,
		"limiter after":  `{"limiters":[{"kind":"bad","args":"after"}]}`,
		"limiter stage":  `{"targets":[1,2],"limiters":[{"kind":"bad","args":"stage"}]}`,
	}
	for name, fields := range cases {
		t.Run(name, func(t *testing.T) {
			g := filled(t, define(t, "a", `{}`), define(t, "bad", fields), define(t, "z", `{}`))
			for n := range 2 {
				e := track(t, g, `{"bad":true}`, 0)
				equal(t, "moves", moved(&e), "a changed, z changed")
				equal(t, "events", eventNames(&e), "")
				if len(e.Failures) != 1 || e.Failures[0].Tracker != "bad" || !strings.Contains(e.Failures[0].Err.Error(), "on purpose") {
					t.Fatalf("data %d: failures %v", n, e.Failures)
				}
			}
			equal(t, "trackers", look(t, g), "a 1/1 2, bad 1/1 0, z 1/1 2")
			if !strings.HasPrefix(name, "limiter") {
				if e := track(t, g, `{}`, 0); len(e.Failures) != 0 {
					t.Errorf("good data fails: %v", e.Failures)
				}
				equal(t, "bad", look(t, g, "bad"), "bad 1/1 1")
			}
		})
	}
}

// A tracker that is gone does not fail any more.
func TestTheGoneDoNotFail(t *testing.T) {
	g := filled(t, define(t, "a", `{}`), define(t, "bad", `{"where":[{"op":"bad"}]}`))
	track(t, g, `{}`, 0)
	remove(t, g, "bad")
	if e := track(t, g, `{"bad":true}`, 0); len(e.Failures) != 0 || moved(&e) != "a changed" {
		t.Errorf("%s, failures %v", moved(&e), e.Failures)
	}
}

// The clock asks custom limiters too, and must not be stopped by them: a sweep goes on with the other trackers.
func TestPanicsOfTheClockFailOneTracker(t *testing.T) {
	g := filled(t, define(t, "a", `{"limiters":[{"kind":"time","end":5}]}`),
		define(t, "bad", `{"limiters":[{"kind":"bad","args":"sweep"}]}`), define(t, "z", `{"expire":"5s"}`))
	e := g.ApplyTimers(9 * second)
	equal(t, "events", eventNames(&e), "LIMITED a, EXPIRED z")
	if len(e.Failures) != 1 || e.Failures[0].Tracker != "bad" {
		t.Errorf("failures %v", e.Failures)
	}
	e = track(t, g, `{}`, 11*second)
	if len(e.Failures) != 1 || e.Failures[0].Tracker != "bad" {
		t.Errorf("on the next data: %s, failures %v", moved(&e), e.Failures)
	}
}

// One that fails both when the clock asks and when data does has failed once.
func TestFailsOncePerData(t *testing.T) {
	g := filled(t, define(t, "bad", `{"limiters":[{"kind":"bad","args":"before"}]}`))
	if e := track(t, g, `{}`, 11*second); len(e.Failures) != 1 {
		t.Errorf("failures %v", e.Failures)
	}
}

// When a limiter is due is asked whenever its tracker is stored: a panic there must not take the group down.
func TestPanicsInDueAreContained(t *testing.T) {
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("the panic came through: %v", r)
		}
	}()
	g := filled(t, define(t, "a", `{}`))
	_, err := g.Add([]*tracker.Definition{define(t, "bad", `{"limiters":[{"kind":"bad","args":"due"}]}`), define(t, "z", `{"expire":"5s"}`)}, 0)
	track(t, g, `{}`, second)
	e := g.ApplyTimers(9 * second)
	if err != nil {
		equal(t, "refused as a whole", look(t, g), "a 1/1 1")
		return
	}
	equal(t, "the clock goes on with the others", eventNames(&e), "EXPIRED z")
	equal(t, "a", look(t, g, "a"), "a 1/1 1")
}

func TestPanicsInCallsByHandChangeNothing(t *testing.T) {
	g := filled(t, define(t, "a", `{"initial":1}`), define(t, "bad", `{"initial":1,"limiters":[{"kind":"bad","args":"reset"}]}`))
	if e, err := g.Reset(nil, tracker.ResetOptions{Policy: tracker.ResetAll}, 0); err == nil || e.Changed || !strings.Contains(err.Error(), `"bad"`) {
		t.Errorf("reset: %v", err)
	}
	e, err := g.Edit("a", 0, func(*tracker.Definition, tracker.State) (*tracker.Definition, tracker.State, []tracker.Event, error) {
		panic("on purpose")
	})
	if err == nil || e.Changed || !strings.Contains(err.Error(), "on purpose") {
		t.Errorf("edit: %v", err)
	}
	equal(t, "trackers", look(t, g), "a 1/1 1, bad 1/1 1")
	if g.Version() != 1 {
		t.Errorf("version %d", g.Version())
	}
}

// Raw JSON that custom code cannot get as a whole fails the trackers that need the whole, and no other.
func TestKeyGivenTwiceFailsWhoNeedsTheWhole(t *testing.T) {
	g := filled(t, define(t, "a", `{"where":[{"op":"eq","key":"a","value":1}]}`), define(t, "bad", `{"kind":"bad"}`))
	e := track(t, g, `{"a":1,"b":1,"b":2}`, 0)
	equal(t, "moves", moved(&e), "a changed")
	if len(e.Failures) != 1 || e.Failures[0].Tracker != "bad" {
		t.Errorf("failures %v", e.Failures)
	}
	if _, err := g.Track(call(`{"a":1,"a":1}`, 0)); err == nil || g.Version() != 2 {
		t.Errorf("a used key twice: %v, version %d", err, g.Version())
	}
}

func TestEditAndReset(t *testing.T) {
	defs := []*tracker.Definition{define(t, "a", `{"targets":[1,9]}`), define(t, "b", `{"targets":[1,9],"keep":true}`), define(t, "c", `{"targets":[1,9]}`)}
	set := func(progress string) group.EditFunc {
		return func(d *tracker.Definition, s tracker.State) (*tracker.Definition, tracker.State, []tracker.Event, error) {
			p := define(t, "x", `{"initial":`+progress+`}`).Spec().Initial
			s, events, err := d.SetProgress(s, p, 0, nil)
			return d, s, events, err
		}
	}
	g := filled(t, defs...)
	e, err := g.Edit("a", 0, set("4"))
	if err != nil || e.Version != 2 {
		t.Fatal(err)
	}
	equal(t, "events", eventNames(&e), "STAGE_COMPLETED a, RESET a")
	for _, name := range []string{"a", "b"} {
		e, err = g.Edit(name, 0, set("9"))
		if err != nil || !strings.HasSuffix(eventNames(&e), "ALL_COMPLETED "+name) || !firstMove(&e).Packed.Completed() {
			t.Errorf("%s: %s, %v", name, eventNames(&e), err)
		}
	}
	equal(t, "the completed one that is kept stays", look(t, g), "b 2/1 9 completed, c 1/1 0")
	for name, want := range map[string]error{"a": group.ErrNotFound, "x": group.ErrNotFound, "b": tracker.ErrCompleted} {
		if e, err := g.Edit(name, 0, set("1")); !errors.Is(err, want) || e.Changed {
			t.Errorf("%s: %v", name, err)
		}
	}
	e, err = g.Reset([]string{"c", "b"}, tracker.ResetOptions{Policy: tracker.ResetAll | tracker.ResetStage}, 0)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "events", eventNames(&e), "RESET c, RESET b")
	equal(t, "after the reset", look(t, g), "b 1/1 0, c 1/1 0")
	if e, err = g.Reset([]string{"b", "x"}, tracker.ResetOptions{}, 0); !errors.Is(err, group.ErrNotFound) || e.Changed {
		t.Errorf("an unknown name: %v", err)
	}
	if e, err = g.Reset([]string{"b", "b"}, tracker.ResetOptions{}, 0); err != nil || eventNames(&e) != "RESET b" {
		t.Errorf("named twice: %s, %v", eventNames(&e), err)
	}
}

// What a call returned is the caller's: later calls do not change what it tells.
func TestEffectsOutliveLaterCalls(t *testing.T) {
	g := filled(t, defineAll(t, `{}`, "a", "b")...)
	first, err := g.Reset(nil, tracker.ResetOptions{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = g.Edit("a", 0, func(d *tracker.Definition, s tracker.State) (*tracker.Definition, tracker.State, []tracker.Event, error) {
		next, err := d.WithSpec(s, custom, func(spec *tracker.Spec) { spec.Keep = true })
		return next, s, nil, err
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := first.Definition(firstMove(&first)); d.Keep() {
		t.Error("an edit changed what the reset before it tells")
	}
	equal(t, "moves", moved(&first), "a changed, b changed")
}

func firstMove(e *group.Result) *group.TrackerResult {
	for m := range e.TrackerResults() {
		return m
	}
	return nil
}
