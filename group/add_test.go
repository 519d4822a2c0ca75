package group_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

func TestAdd(t *testing.T) {
	g := group.New("g", 41)
	if g.Exists() || g.Initialized() || g.Len() != 0 || g.Due() != limiter.Never || g.Name() != "g" {
		t.Errorf("a new group: exists %v, initialized %v, %d trackers, due %d", g.Exists(), g.Initialized(), g.Len(), g.Due())
	}
	e := add(t, g, 7*second, define(t, "b", `{"initial":1}`), define(t, "a", `{"expire":"1s"}`))
	equal(t, "events", eventNames(&e), "ADDED b, ADDED a")
	equal(t, "trackers", look(t, g), "b 1/1 1, a 1/1 0")
	if !e.Changed || e.Version != 42 || g.Version() != 42 || g.Due() != 8*second || !g.Exists() || g.Initialized() {
		t.Errorf("version %d, %d, changed %v, due %d", e.Version, g.Version(), e.Changed, g.Due())
	}
	e = add(t, g, 0)
	if e.Changed || len(e.Events) != 0 || g.Version() != 42 {
		t.Errorf("adding none: version %d, changed %v", e.Version, e.Changed)
	}
}

// All are added or none: a taken name, in the group or twice in one call, or a tracker that cannot start.
func TestAddAllOrNothing(t *testing.T) {
	late := define(t, "late", `{"limiters":[{"kind":"time","end":5}]}`)
	cases := map[string]struct {
		defs []*tracker.Definition
		want any // of errors.Is or errors.As
		name string
	}{
		"a taken name":     {defineAll(t, `{}`, "new", "old"), group.ErrExists, "old"},
		"twice":            {defineAll(t, `{}`, "new", "other", "new"), group.ErrExists, "new"},
		"a window is over": {[]*tracker.Definition{define(t, "new", `{}`), late}, new(*field.Error), "late"},
		"a limiter panics": {[]*tracker.Definition{define(t, "new", `{}`), define(t, "x", `{"limiters":[{"kind":"bad","args":"start"}]}`)}, nil, "x"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := filled(t, define(t, "old", `{"initial":1}`))
			g.BeginChange()
			e, err := g.Add(c.defs, 6*second)
			if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q", c.name)) || len(e.Events) != 0 {
				t.Errorf("events %s, %v", eventNames(&e), err)
			}
			if sentinel, ok := c.want.(error); ok && !errors.Is(err, sentinel) {
				t.Errorf("%v is not %v", err, sentinel)
			} else if c.want != nil && !ok && !errors.As(err, c.want) {
				t.Errorf("%v is no %T", err, c.want)
			}
			if change := g.EndChange(); change != nil || g.Version() != 1 {
				t.Errorf("version %d, change %v", g.Version(), change)
			}
			equal(t, "trackers", look(t, g), "old 1/1 1")
			add(t, g, 0, define(t, "new", `{}`))
		})
	}
}

// A name is free again once its tracker is gone, however it went, and the new one starts afresh at the end.
func TestAddAgain(t *testing.T) {
	goes := map[string]func(t *testing.T, g *group.Group){
		"removed": func(t *testing.T, g *group.Group) {
			if _, err := g.Remove([]string{"a"}, 0); err != nil {
				t.Fatal(err)
			}
		},
		"completed": func(t *testing.T, g *group.Group) { track(t, g, `{"a":1}`, 0) },
		"expired":   func(t *testing.T, g *group.Group) { g.ApplyTimers(5 * second) },
	}
	for name, go1 := range goes {
		for _, compiled := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " ", compiled), func(t *testing.T) {
				a := define(t, "a", `{"targets":[2],"initial":1,"expire":"5s","where":[{"op":"exists","key":"a"}]}`)
				g := filled(t, a, define(t, "b", `{}`))
				if compiled {
					track(t, g, `{}`, 0)
				}
				go1(t, g)
				if _, err := g.Snapshots("a"); !errors.Is(err, group.ErrNotFound) || g.Len() != 1 {
					t.Fatalf("a is still there: %v", err)
				}
				add(t, g, 5*second, define(t, "a", `{"targets":[9]}`))
				if got := look(t, g, "a"); got != "a 1/1 0" || g.Len() != 2 {
					t.Fatalf("added again: %s", got)
				}
				if _, err := g.Add(defineAll(t, `{}`, "a"), 0); !errors.Is(err, group.ErrExists) {
					t.Fatalf("added twice: %v", err)
				}
				e := track(t, g, `{}`, 5*second)
				equal(t, "order of moves", moved(&e), "b changed, a changed")
				equal(t, "a", look(t, g, "a"), "a 1/1 1")
			})
		}
	}
}

func TestRemove(t *testing.T) {
	g := filled(t, defineAll(t, `{}`, "a", "b", "c", "d")...)
	track(t, g, `{}`, 0)
	if e, err := g.Remove([]string{"a", "x"}, 0); !errors.Is(err, group.ErrNotFound) || e.Changed || g.Len() != 4 {
		t.Errorf("an unknown name: %v, %d left", err, g.Len())
	}
	e, err := g.Remove([]string{"c", "a", "c"}, 0)
	if err != nil || e.Version != 3 {
		t.Errorf("version %d, %v", e.Version, err)
	}
	equal(t, "events", eventNames(&e), "REMOVED c, REMOVED a")
	if p := e.Events[0].State.Progress.String(); p != "1" {
		t.Errorf("the event says progress %s", p)
	}
	e, err = g.Remove(nil, 0)
	if err != nil || g.Len() != 0 || !g.Exists() || len(g.Definitions()) != 0 {
		t.Errorf("all: %v, %d left", err, g.Len())
	}
	equal(t, "events", eventNames(&e), "REMOVED b, REMOVED d")
	if e, err = g.Remove(nil, 0); err != nil || e.Changed || g.Version() != 4 {
		t.Errorf("none are left: %v, version %d", err, g.Version())
	}
}

func TestSnapshots(t *testing.T) {
	g := filled(t, defineAll(t, `{}`, "a", "b", "c")...)
	equal(t, "some", look(t, g, "c", "a"), "c 1/1 0, a 1/1 0")
	if snaps, err := g.Snapshots("a", "x"); !errors.Is(err, group.ErrNotFound) || snaps != nil || !strings.Contains(err.Error(), `"x"`) {
		t.Errorf("an unknown name: %v, %v", snaps, err)
	}
	snaps, err := g.Snapshots()
	if err != nil || len(snaps) != 3 || snaps[0].Group != "g" {
		t.Errorf("all: %v, %v", snaps, err)
	}
}
