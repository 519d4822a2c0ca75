package group_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

const second = 1000

// custom knows kinds that fail: the condition "bad" for data with a bad field, the tracker kind "bad" likewise, and the
// limiter "bad" at the call that its args name. The condition "never" just never holds.
var custom = func() *tracker.Registry {
	r := &tracker.Registry{}
	for _, err := range []error{
		r.Conditions.Register("bad", func(any) (condition.Predicate, error) {
			return condition.PredicateFunc(func(data map[string]any) bool { fail(data["bad"]); return true }), nil
		}),
		r.Conditions.Register("never", func(any) (condition.Predicate, error) {
			return condition.PredicateFunc(func(map[string]any) bool { return false }), nil
		}),
		r.Register("bad", func(any) (tracker.Kind, error) { return badKind{}, nil }),
		r.Limiters.Register("bad", func(args any) (limiter.Rule, error) { return badRule{args}, nil }),
	} {
		if err != nil {
			panic(err)
		}
	}
	return r
}()

func fail(when any) {
	if when == true {
		panic("on purpose")
	}
}

type badKind struct{ tracker.BaseKind }

func (badKind) Step(s tracker.KindState, in tracker.Input) (tracker.KindState, bool) {
	fail(in.Data["bad"])
	return tracker.KindState{Progress: s.Progress.Add(decimal.FromInt(1))}, true
}

// badRule panics at the call that it is named after; it is due at its own state's second.
type badRule struct{ at any }

func (b badRule) Start(limiter.Input) (limiter.State, error) {
	fail(b.at == "start")
	return limiter.State{PrivateState: []byte{9}}, nil
}

func (b badRule) Before(_ limiter.State, in limiter.Input) limiter.Verdict {
	fail(b.at == "before" || b.at == "sweep" && in.Data == nil)
	return limiter.Pass
}

func (b badRule) After(s limiter.State, _ limiter.Input) (limiter.State, bool) {
	fail(b.at == "after")
	return s, false
}

func (b badRule) StageDone(s limiter.State, _ limiter.Input) (limiter.State, bool) {
	fail(b.at == "stage")
	return s, false
}

func (b badRule) Reset(s limiter.State, _ limiter.Reset, _ limiter.Input) (limiter.State, bool, error) {
	fail(b.at == "reset")
	return s, false, nil
}

func (b badRule) Due(s limiter.State) int64 {
	fail(b.at == "due")
	return int64(s.PrivateState[0]) * 1000
}

// define reads a definition that must be fine; kind and targets have defaults.
func define(t testing.TB, name, fields string) *tracker.Definition {
	t.Helper()
	v, err := rawjson.Decode([]byte(fields))
	if err != nil {
		t.Fatalf("%s: %v", fields, err)
	}
	m := v.(map[string]any)
	m["name"] = name
	for field, v := range map[string]any{"kind": "count", "targets": []any{int64(3)}} {
		if _, given := m[field]; !given {
			m[field] = v
		}
	}
	d, err := custom.Parse(m)
	if err != nil {
		t.Fatalf("%s: %v", fields, err)
	}
	return d
}

// defineAll makes definitions with the same fields, one for each name.
func defineAll(t testing.TB, fields string, names ...string) []*tracker.Definition {
	t.Helper()
	defs := make([]*tracker.Definition, len(names))
	for i, name := range names {
		defs[i] = define(t, name, fields)
	}
	return defs
}

// numbered are names t0, t1 and so on.
func numbered(from, to int) []string {
	var names []string
	for i := from; i < to; i++ {
		names = append(names, fmt.Sprint("t", i))
	}
	return names
}

// filled is a group with these trackers, added at 0.
func filled(t testing.TB, defs ...*tracker.Definition) *group.Group {
	t.Helper()
	g := group.New("g", 0)
	add(t, g, 0, defs...)
	return g
}

func add(t testing.TB, g *group.Group, now int64, defs ...*tracker.Definition) group.Result {
	t.Helper()
	e, err := g.Add(defs, now)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// call is data in raw JSON.
func call(text string, now int64) *group.TrackRequest {
	return &group.TrackRequest{Data: match.Data{JSON: []byte(text)}, Now: now, Compile: states.Compile, Scratch: &states.Scratch{}}
}

func track(t testing.TB, g *group.Group, text string, now int64) group.Result {
	t.Helper()
	e, err := g.Track(call(text, now))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e
}

// eventNames lists the events of a result: "KIND name".
func eventNames(e *group.Result) string {
	var lines []string
	for _, one := range e.Events {
		lines = append(lines, fmt.Sprint(one.Kind, " ", one.Definition.Name()))
	}
	return strings.Join(lines, ", ")
}

// moved lists the tracker results of a result: "name outcome".
func moved(e *group.Result) string {
	var lines []string
	for m := range e.TrackerResults() {
		lines = append(lines, fmt.Sprint(e.Definition(m).Name(), " ", m.Outcome))
	}
	return strings.Join(lines, ", ")
}

// look is the trackers of a group, in order: "name stage/cycle progress", and what else is true.
func look(t testing.TB, g *group.Group, names ...string) string {
	t.Helper()
	snaps, err := g.Snapshots(names...)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, s := range snaps {
		line := fmt.Sprintf("%s %d/%d %v", s.Name, s.Stage, s.Cycle, s.Progress)
		if s.Completed {
			line += " completed"
		}
		if s.Limited {
			line += " limited"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, ", ")
}

func equal(t testing.TB, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}
