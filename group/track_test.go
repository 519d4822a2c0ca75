package group_test

import (
	"strings"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// Moves and events come by tracker in the order they were added, then as they happened; what did not match is not there.
func TestTrackOrder(t *testing.T) {
	g := filled(t,
		define(t, "z", `{"targets":[1,2]}`), define(t, "no", `{"where":[{"op":"exists","key":"x"}]}`),
		define(t, "limit", `{"limiters":[{"kind":"count","limit":1}]}`), define(t, "done", `{"targets":[1]}`),
		define(t, "a", `{"kind":"sum","key":"v","targets":[5],"keep":true}`), define(t, "none", `{"kind":"sum","key":"w"}`))
	e := track(t, g, `{"v":5}`, 0)
	equal(t, "moves", moved(&e), "z changed, limit changed, done changed, a changed")
	equal(t, "events", eventNames(&e), "STAGE_COMPLETED z, RESET z, LIMITED limit, ALL_COMPLETED done, ALL_COMPLETED a")
	if e.Version != 2 || !e.Changed || len(e.Failures) != 0 {
		t.Errorf("version %d, changed %v, failures %v", e.Version, e.Changed, e.Failures)
	}
	equal(t, "trackers", look(t, g), "z 2/1 1, no 1/1 0, limit 1/1 1 limited, a 1/1 5 completed, none 1/1 0")
	e = track(t, g, `{"v":5}`, 0)
	equal(t, "moves of the next", moved(&e), "z changed, limit refused, a completed")
	equal(t, "events of the next", eventNames(&e), "ALL_COMPLETED z")
}

// A version counts what changed: neither refusals nor data that matches nothing raise it, except the first data and a call
// that brings an id.
func TestTrackVersions(t *testing.T) {
	g := filled(t, define(t, "a", `{"where":[{"op":"exists","key":"x"}],"limiters":[{"kind":"count","limit":1}]}`))
	for i, step := range []struct {
		data    string
		commit  bool
		changed bool
	}{
		{`{}`, false, true}, // the first data
		{`{}`, false, false},
		{`{"x":1}`, false, true},
		{`{"x":1}`, false, false}, // refused
		{`{}`, true, true},
		{`{"x":1}`, true, true},
	} {
		before := g.Version()
		c := call(step.data, 0)
		c.Commit = step.commit
		e, err := g.Track(c)
		if err != nil || e.Changed != step.changed || (g.Version() > before) != step.changed || e.Version != g.Version() {
			t.Errorf("step %d: changed %v, version %d after %d, %v", i, e.Changed, e.Version, before, err)
		}
	}
}

// Data for a group that nobody knows leaves no trace of it.
func TestTrackUnknownGroup(t *testing.T) {
	g := group.New("g", 5)
	g.BeginChange()
	e := track(t, g, `{"a":1}`, 0)
	if e.Changed || g.Version() != 5 || g.Exists() || g.Initialized() || g.EndChange() != nil {
		t.Errorf("version %d, exists %v", g.Version(), g.Exists())
	}
	c := call(`{}`, 0)
	c.Commit = true
	if e, err := g.Track(c); err != nil || !e.Changed || g.Version() != 6 || !g.Exists() || !g.Initialized() {
		t.Errorf("with an id: version %d, exists %v, %v", g.Version(), g.Exists(), err)
	}
}

func TestTemplate(t *testing.T) {
	template := []*tracker.Definition{
		define(t, "a", `{}`), define(t, "b", `{"targets":[1]}`), define(t, "over", `{"limiters":[{"kind":"time","end":5}],"keep":true}`),
		define(t, "gone", `{"expire_at":5}`), define(t, "d", `{"where":[{"op":"exists","key":"x"}]}`),
	}
	give := func(g *group.Group, text string) (group.Result, error) {
		c := call(text, 6*second)
		c.Template = template
		return g.Track(c)
	}
	t.Run("a new group", func(t *testing.T) {
		g := group.New("g", 0)
		e, err := give(g, `{}`)
		if err != nil || e.Version != 1 {
			t.Fatalf("version %d, %v", e.Version, err)
		}
		equal(t, "events", eventNames(&e), "ADDED a, ADDED b, ALL_COMPLETED b, ADDED over, LIMITED over, ADDED gone, EXPIRED gone, ADDED d")
		equal(t, "moves", moved(&e), "a changed, b changed, over limited")
		equal(t, "trackers", look(t, g), "a 1/1 1, over 1/1 0 limited, d 1/1 0")
		if e, err = give(g, `{}`); err != nil || eventNames(&e) != "" {
			t.Errorf("given again: %s, %v", eventNames(&e), err)
		}
	})
	t.Run("names that are taken", func(t *testing.T) {
		g := filled(t, define(t, "d", `{}`), define(t, "b", `{"targets":[5],"initial":3}`))
		e, err := give(g, `{}`)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "trackers", look(t, g), "d 1/1 1, b 1/1 4, a 1/1 1, over 1/1 0 limited")
		equal(t, "order", moved(&e), "d changed, b changed, a changed, over limited")
	})
	t.Run("a name that was removed", func(t *testing.T) {
		g := filled(t, defineAll(t, `{}`, "x", "d")...)
		if _, err := g.Remove([]string{"d"}, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := give(g, `{}`); err != nil {
			t.Fatal(err)
		}
		equal(t, "trackers", look(t, g), "x 1/1 1, a 1/1 1, over 1/1 0 limited, d 1/1 0")
	})
	t.Run("broken data changes nothing", func(t *testing.T) {
		g := group.New("g", 0)
		g.BeginChange()
		for _, text := range []string{`{"x":1`, `[]`, `{"x":1,"x":2}`, ``} {
			if _, err := give(g, text); err == nil || g.Exists() || g.Version() != 0 {
				t.Errorf("%q: %v, version %d, exists %v", text, err, g.Version(), g.Exists())
			}
		}
		if g.EndChange() != nil {
			t.Error("something was recorded")
		}
		if e, err := give(g, `{"x":1}`); err != nil || !strings.Contains(moved(&e), "d changed") {
			t.Errorf("then good data: %s, %v", moved(&e), err)
		}
	})
	t.Run("nothing matches", func(t *testing.T) {
		g := group.New("g", 0)
		c := call(`{}`, 0)
		c.Template = template[4:]
		if e, err := g.Track(c); err != nil || eventNames(&e) != "ADDED d" || moved(&e) != "" || !g.Initialized() || g.Len() != 1 {
			t.Errorf("%s, %v", eventNames(&e), err)
		}
	})
	t.Run("a tracker that cannot start", func(t *testing.T) {
		g := group.New("g", 0)
		c := call(`{}`, 0)
		c.Template = []*tracker.Definition{template[0], define(t, "bad", `{"limiters":[{"kind":"bad","args":"start"}]}`)}
		if e, err := g.Track(c); err == nil || e.Changed || g.Exists() {
			t.Errorf("exists %v, %v", g.Exists(), err)
		}
	})
}

// Expiries and ends of windows come true on the next data for the group, matching or not, in the order of the trackers.
func TestClockOnTrack(t *testing.T) {
	g := filled(t,
		define(t, "a", `{}`), define(t, "window", `{"limiters":[{"kind":"time","start":2,"end":5}],"where":[{"op":"exists","key":"x"}]}`),
		define(t, "gone", `{"expire":"6s","targets":[9]}`), define(t, "z", `{"expire":"7s","where":[{"op":"exists","key":"x"}]}`))
	if g.Due() != 6*second {
		t.Fatalf("due %d", g.Due())
	}
	e := track(t, g, `{"x":1}`, second)
	equal(t, "before the window", moved(&e), "a changed, window refused, gone changed, z changed")
	e = track(t, g, `{}`, 6*second-1)
	equal(t, "in its last millisecond", moved(&e)+eventNames(&e), "a changed, gone changed")
	e = track(t, g, `{}`, 6*second)
	equal(t, "after it", eventNames(&e), "ALL_COMPLETED a, LIMITED window, EXPIRED gone")
	equal(t, "moves", moved(&e), "a changed, window limited")
	if e.Events[2].State.Progress.String() != "2" || g.Due() != 7*second {
		t.Errorf("gone left with %v, due %d", e.Events[2].State.Progress, g.Due())
	}
	e = track(t, g, `{"x":1}`, 8*second)
	equal(t, "an expired tracker takes no data", eventNames(&e)+" "+moved(&e), "EXPIRED z window refused")
	if g.Due() != limiter.Never {
		t.Errorf("due %d", g.Due())
	}
}

func TestSweep(t *testing.T) {
	g := filled(t,
		define(t, "gone", `{"expire":"5s"}`), define(t, "window", `{"limiters":[{"kind":"time","end":4}]}`), define(t, "a", `{"expire":"1h"}`))
	for _, step := range []struct {
		now    int64
		events string
		due    int64
	}{
		{4 * second, "", 5 * second},
		{5*second - 1, "", 5 * second},
		{5 * second, "EXPIRED gone, LIMITED window", 3600 * second},
		{5 * second, "", 3600 * second},
		{9999 * second, "EXPIRED a", limiter.Never},
		{9999 * second, "", limiter.Never},
	} {
		before := g.Version()
		e := g.ApplyTimers(step.now)
		equal(t, "events", eventNames(&e), step.events)
		if e.Changed != (step.events != "") || (g.Version() > before) != e.Changed || g.Due() != step.due {
			t.Errorf("at %d: changed %v, version %d, due %d", step.now, e.Changed, g.Version(), g.Due())
		}
	}
	equal(t, "trackers", look(t, g), "window 1/1 0 limited")
}

// A Scratch serves one group after the other, in map and in text.
func TestScratchIsShared(t *testing.T) {
	var x states.Scratch
	small := filled(t, define(t, "a", `{"where":[{"op":"eq","key":"k","value":"v"}]}`))
	large := filled(t, defineAll(t, `{"kind":"sum","key":"n","where":[{"op":"gt","key":"n","value":0}],"targets":[100]}`, numbered(0, 200)...)...)
	for i, data := range []match.Data{
		{JSON: []byte(`{"k":"v","n":1}`)}, {Map: map[string]any{"k": "v", "n": 2.5}}, {JSON: []byte(`{"n":-1}`)}, {Map: map[string]any{}},
	} {
		for _, g := range []*group.Group{large, small, large} {
			e, err := g.Track(&group.TrackRequest{Data: data, Compile: states.Compile, Scratch: &x})
			if want := g.Len(); err != nil || i < 2 && len(e.Packed) != want && len(e.Events) == 0 || i >= 2 && len(e.Packed) != 0 {
				t.Errorf("data %d, group of %d: %d moves, %v", i, g.Len(), len(e.Packed), err)
			}
		}
	}
	equal(t, "one of them", look(t, large, "t199"), "t199 1/1 7")
	equal(t, "a", look(t, small), "a 1/1 2")
}
