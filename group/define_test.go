package group_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

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

type badKind struct{}

func (badKind) Advance(a tracker.Advance) (decimal.Decimal, []byte, bool) {
	fail(a.Data["bad"])
	return a.Progress.Add(decimal.FromInt(1)), nil, true
}

// badRule panics at the call that it is named after; it is due at its own state's second.
type badRule struct{ at any }

func (b badRule) Start(time.Time) []byte {
	fail(b.at == "start")
	return []byte{9}
}

func (b badRule) Before(_ []byte, c limiter.Call) limiter.Verdict {
	fail(b.at == "before" || b.at == "sweep" && c.Data == nil)
	return limiter.Pass
}

func (b badRule) After(own []byte, _ limiter.Call) ([]byte, bool) {
	fail(b.at == "after")
	return own, false
}

func (b badRule) StageDone(own []byte, _ limiter.Call) ([]byte, bool) {
	fail(b.at == "stage")
	return own, false
}

func (b badRule) Reset(own []byte, _ any, _ limiter.Call) ([]byte, bool, error) {
	fail(b.at == "reset")
	return own, false, nil
}

func (b badRule) Due(own []byte) time.Time {
	fail(b.at == "due")
	return time.Unix(int64(own[0]), 0)
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

func add(t testing.TB, g *group.Group, now int64, defs ...*tracker.Definition) group.Effect {
	t.Helper()
	e, err := g.Add(defs, now)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// call is data in raw JSON.
func call(text string, now int64) *group.Call {
	return &group.Call{Data: match.Data{JSON: []byte(text)}, Now: now, Compile: states.Compile, Scratch: &states.Scratch{}}
}

func track(t testing.TB, g *group.Group, text string, now int64) group.Effect {
	t.Helper()
	e, err := g.Track(call(text, now))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e
}

// tell is the events of an effect: "KIND name".
func tell(e *group.Effect) string {
	var lines []string
	for _, one := range e.Events {
		lines = append(lines, fmt.Sprint(one.Kind, " ", one.Definition.Name()))
	}
	return strings.Join(lines, ", ")
}

// moved is the moves of an effect: "name outcome".
func moved(e *group.Effect) string {
	var lines []string
	for m := range e.Moves() {
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
