package dictrack_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

func TestTrackCountsAndSums(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g",
			dictrack.Count("count", dictrack.Targets(2, 3), dictrack.Where(condition.Eq("status", "active"))),
			dictrack.Sum("sum", "order.total", dictrack.Targets(100.5)),
			dictrack.Count("never", dictrack.Targets(1), dictrack.Where(condition.Exists("nothing"))),
		)
		res := f.MustTrack("g", managertest.Object{"status": "active", "order": managertest.Object{"total": 40.25}})
		managertest.ExpectLines(t, managertest.TrackerNames(res.Changed()), "count", "sum")
		if res.Group != "g" || res.Version != 2 || res.Duplicate || res.Affected() != 2 || len(res.Events()) != 0 {
			t.Errorf("result %+v", res)
		}
		res = f.MustTrack("g", managertest.Object{"status": "active", "order": managertest.Object{"total": "60.25"}})
		managertest.ExpectLines(t, managertest.TrackerNames(res.Changed()), "count", "sum")
		managertest.ExpectLines(t, managertest.TrackerNames(res.Completed()), "sum")
		managertest.ExpectLines(t, managertest.EventLines(res.Events()), "STAGE_COMPLETED count 2", "RESET count 2", "ALL_COMPLETED sum 100.5")
		f.ExpectProgress("g", "count", "2/3")
		f.ExpectProgress("g", "sum", "gone")
		f.ExpectProgress("g", "never", "0/1")
	})
}

// TestTrackNothing tracks messages that match no tracker, in groups that exist and that do not.
func TestTrackNothing(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", dictrack.Count("a", dictrack.Targets(1), dictrack.Where(condition.Exists("x"))))
		first := f.MustTrack("g", managertest.Object{"y": 1})
		second := f.MustTrack("g", nil)
		if len(first.Changed())+len(second.Changed()) != 0 || second.Version != first.Version {
			t.Errorf("data that matches nothing led to %+v and %+v", first, second)
		}
		res := f.MustTrack("unknown", managertest.Object{"x": 1})
		if res.Version != 0 || res.Affected() != 0 {
			t.Errorf("an unknown group: %+v", res)
		}
		for name, err := range f.Groups(t.Context()) {
			if name != "g" || err != nil {
				t.Errorf("group %q, %v", name, err)
			}
		}
	})
}

// TestTypedData tracks values of the types that Go programs have.
func TestTypedData(t *testing.T) {
	type level int32
	type state string
	n := uint16(7)
	f := managertest.New(t, nil)
	f.MustAdd("g",
		dictrack.Count("types", dictrack.Targets(9), dictrack.Where(
			condition.Eq("level", 3), condition.Ge("level", 3.0), condition.Eq("state", "on"), condition.Eq("ratio", 0.5),
			condition.HasItem("tags", "b"), condition.Eq("scores.x", 1), condition.Eq("nothing", nil), condition.Eq("list.1", 2),
		)),
		dictrack.Sum("pointer", "n", dictrack.Targets(1000)),
		dictrack.Sum("big", "big", dictrack.Targets(math.MaxFloat64)),
		dictrack.Sum("number", "number", dictrack.Targets(1000)),
		dictrack.Count("foreign", dictrack.Targets(9), dictrack.Where(condition.Exists("when"), condition.Ne("when", "x"))),
		dictrack.Count("equal", dictrack.Targets(9), dictrack.Where(condition.Eq("when", "x"))),
	)
	res := f.MustTrack("g", managertest.Object{
		"level": level(3), "state": state("on"), "ratio": float32(0.5), "tags": []string{"a", "b"},
		"scores": map[string]int{"x": 1}, "nothing": (*int)(nil), "list": [2]int8{1, 2},
		"n": &n, "big": uint64(math.MaxUint64), "number": json.Number("2.50"), "when": time.Now(),
	})
	managertest.ExpectLines(t, managertest.TrackerNames(res.Changed()), "types", "pointer", "big", "number", "foreign")
	f.ExpectProgress("g", "pointer", "7/1000")
	f.ExpectProgress("g", "number", "2.5/1000")
}

// TestTrackOnlyReads checks that Track does not change the caller's data.
func TestTrackOnlyReads(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(9), dictrack.Where(condition.HasItem("tags", "b"))))
	data := managertest.Object{"tags": []any{"c", "b", "a"}, "o": managertest.Object{"x": 1}}
	before, _ := json.Marshal(data)
	f.MustTrack("g", data, managertest.WithID("x"))
	if after, _ := json.Marshal(data); string(after) != string(before) {
		t.Errorf("data %s became %s", before, after)
	}
}

func TestTrackJSON(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", dictrack.Sum("a", "n", dictrack.Targets(100), dictrack.Where(condition.Eq("s", "ü"))))
		text := []byte(` {"s": "\u00fc", "n": 12.5, "more": [1, {"x": null}]} `)
		res, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: text})
		if err != nil || len(res.Changed()) != 1 {
			t.Fatalf("%v, %v", res.Changed(), err)
		}
		clear(text) // the caller may reuse it
		f.ExpectProgress("g", "a", "12.5/100")
	})
}

// TestBrokenJSON checks that invalid JSON changes nothing and that its id is not remembered.
func TestBrokenJSON(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", dictrack.Sum("a", "n", dictrack.Targets(100)))
		for _, text := range []string{
			``, `null`, `[]`, `"x"`, `7`, `{`, `{"n":1`, `{"n":1}}`, `{"n":01}`, `{"n":1,}`, `{n:1}`, `{"n":NaN}`, `{"n":1e999}`,
			"{\"n\":\"\xff\"}", `{"n":1,"n":2}`, `{"n":"\ud800"}`, `{"x":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`,
		} {
			if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(text)}); err == nil {
				t.Errorf("%q: accepted", text)
			}
			if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(text), ID: "x"}); err == nil {
				t.Errorf("%q with an id: accepted", text)
			}
		}
		f.ExpectProgress("g", "a", "0/100")
		res, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(`{"n":1}`), ID: "x"})
		if err != nil || res.Duplicate || res.Version != 2 {
			t.Errorf("after broken data: %+v, %v", res, err)
		}
	})
}

// TestMessageTime checks that limiters and events use the time of the message.
func TestMessageTime(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(9), dictrack.Limiters(limiter.Window(managertest.Start, managertest.Start.Add(time.Hour)))))
	if res := f.MustTrack("g", nil, managertest.WithTime(managertest.Start.Add(-time.Second))); len(res.Changed()) != 0 {
		t.Error("counted before the window")
	}
	if res := f.MustTrack("g", nil, managertest.WithTime(managertest.Start.Add(time.Hour))); len(res.Changed()) != 1 {
		t.Error("not counted in the window")
	}
	late := managertest.Start.Add(time.Hour + time.Second)
	res := f.MustTrack("g", nil, managertest.WithTime(late))
	managertest.ExpectLines(t, managertest.EventLines(res.Events()), "LIMITED a 1")
	if e := res.Events()[0]; !e.Time.Equal(late) || e.Limiter != "time" {
		t.Errorf("event %+v, want the time of the message, %v", e, late)
	}
	f.ExpectProgress("g", "a", "1/9")
}

// TestResult distinguishes changed, completed, refused and limited trackers.
func TestResult(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g",
		dictrack.Count("plain", dictrack.Targets(9)),
		dictrack.Count("once", dictrack.Targets(9), dictrack.Limiters(limiter.Count(1))),
		dictrack.Count("early", dictrack.Targets(9), dictrack.Limiters(limiter.From(managertest.Start.Add(time.Hour), time.Hour))),
		dictrack.Count("short", dictrack.Targets(1), dictrack.Keep()),
		dictrack.Sum("same", "n", dictrack.Targets(9)),
	)
	first := f.MustTrack("g", nil)
	managertest.ExpectLines(t, managertest.TrackerNames(first.Changed()), "plain", "once", "short")
	managertest.ExpectLines(t, managertest.TrackerNames(first.Completed()), "short")
	managertest.ExpectLines(t, managertest.TrackerNames(first.Limited()), "once", "early")
	second := f.MustTrack("g", nil)
	managertest.ExpectLines(t, managertest.TrackerNames(second.Changed()), "plain")
	managertest.ExpectLines(t, managertest.TrackerNames(second.Completed()))
	managertest.ExpectLines(t, managertest.TrackerNames(second.Limited()), "once", "early")
	for name, want := range map[string]tracker.Outcome{
		"plain": tracker.Changed, "once": tracker.Refused, "early": tracker.Refused, "short": tracker.AlreadyCompleted,
		"same": tracker.Unchanged, "unknown": tracker.Unchanged,
	} {
		if got := second.Outcome(name); got != want {
			t.Errorf("outcome of %q: %v, want %v", name, got, want)
		}
	}
	if second.Failures() != nil || second.Version != first.Version+1 {
		t.Errorf("result %+v", second)
	}
}

// TestLimitedIsNotCompleted completes a limited tracker by an update: it is no longer listed as limited.
func TestLimitedIsNotCompleted(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(5), dictrack.Limiters(limiter.Count(1)), dictrack.Keep()))
	f.MustTrack("g", nil)
	if err := f.Update(t.Context(), "g", "a", dictrack.SetProgress(5)); err != nil {
		t.Fatal(err)
	}
	res := f.MustTrack("g", nil)
	if res.Outcome("a") != tracker.AlreadyCompleted || len(res.Limited()) != 0 {
		t.Errorf("outcome %v, limited %q; want it completed, and not among the limited", res.Outcome("a"), managertest.TrackerNames(res.Limited()))
	}
}

// TestResultReturnsCopies changes what a Result returned, and reads it again.
func TestResultReturnsCopies(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(1, 2), dictrack.Limiters(limiter.Count(4))))
	res := f.MustTrack("g", nil)
	one := res.Changed()[0]
	one.Targets[0], one.Limiters[0].Left, one.Name = one.Targets[1], 99, "x"
	res.Events()[0].Tracker.Targets[1] = one.Targets[0]
	again := res.Changed()[0]
	if again.Name != "a" || again.Targets[0] == again.Targets[1] || again.Limiters[0].Left == 99 {
		t.Errorf("the result changed with what it returned: %+v", again)
	}
	for range 3 { // later calls do not change it either
		f.MustTrack("g", nil)
	}
	if got := res.Changed(); len(got) != 1 || got[0].Stage != 2 || !slices.Equal(managertest.EventLines(res.Events()), []string{"STAGE_COMPLETED a 1", "RESET a 1"}) {
		t.Errorf("the result changed with later calls: %+v, %q", got, managertest.EventLines(res.Events()))
	}
}
