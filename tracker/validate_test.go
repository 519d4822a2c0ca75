package tracker_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// Each mistake is named by its field, with what stands there and what may.
func TestParseNamesEveryMistake(t *testing.T) {
	cases := []struct{ json, want string }{
		{`null`, "want an object"},
		{`[1]`, "[1] is not allowed: want an object"},
		{`{"name":""}`, `name: "" is not allowed: want a text`},
		{`{"name":"a\u0000b"}`, `name: "a\u0000b" is not allowed`},
		{`{"name":7}`, "name: 7 is not allowed: want a string"},
		{`{"kind":7}`, "kind: 7 is not allowed"},
		{`{"targets":[]}`, "targets: [] is not allowed: want at least one target"},
		{`{"targets":5}`, "targets: 5 is not allowed: want a list"},
		{`{"targets":[1,true,"5",null]}`, "targets[1]: true is not allowed: want a finite number\ntargets[2]: \"5\" is not allowed\ntargets[3]: null is not allowed"},
		{`{"kind":"sum"}`, `key: "" is not allowed: want the path`},
		{`{"kind":"sum","key":""}`, `key: "" is not allowed: want the path`},
		{`{"key":"a"}`, `key: "a" is not allowed: only sum has a key`},
		{`{"args":1}`, "args: 1 is not allowed: only registered kinds have args"},
		{`{"initial":"0"}`, `initial: "0" is not allowed: want a finite number`},
		{`{"loop":1}`, "loop: 1 is not allowed: want true or false"},
		{`{"loop":true,"targets":[1,0,-2]}`, "targets[1]: 0 is not allowed: want a target above 0\ntargets[2]: -2"},
		{`{"reset":"stage"}`, `reset: "stage" is not allowed: want none, progress, limiter or all; stage is for a reset by hand`},
		{`{"reset":["all","stage"]}`, `reset: "all,stage" is not allowed`},
		{`{"reset":"sometimes"}`, `reset: "sometimes" is not allowed: want none, progress, limiter, all or stage`},
		{`{"reset":null}`, "reset: null is not allowed"},
		{`{"reset":[["all"]]}`, `reset: [["all"]] is not allowed`},
		{`{"expire":"soon"}`, `expire: "soon" is not allowed: want a duration above 0`},
		{`{"expire":"0s"}`, `expire: "0s" is not allowed`},
		{`{"expire":"-1h"}`, `expire: "-1h" is not allowed`},
		{`{"expire":"1500us"}`, `expire: "1.5ms" is not allowed: want a duration above 0, of whole milliseconds`},
		{`{"expire_at":"1969-12-31T23:59:59Z"}`, `expire_at: "1969-12-31T23:59:59Z" is not allowed`},
		{`{"expire_at":"0001-01-01T00:00:00Z"}`, `expire_at: "0001-01-01T00:00:00Z" is not allowed`},
		{`{"expire_at":0}`, "expire_at: 0 is not allowed: want RFC 3339"},
		{`{"expire_at":null}`, "expire_at: null is not allowed"},
		{`{"expire":"1h","expire_at":5}`, "expire: want one of expire and expire_at, not both"},
		{`{"where":{}}`, "where: {} is not allowed: want a list"},
		{`{"where":[{"op":"exists","key":"a"},{"op":"ge","key":"","value":true}]}`, "where[1].key: \"\" is not\nwhere[1].value: true is not"},
		{`{"limiters":[{"kind":"count","limit":0}]}`, "limiters[0].limit: 0 is not allowed"},
		{`{"limiters":[3]}`, "limiters[0]: 3 is not allowed: want an object"},
		{`{"target":[5],"wehre":[]}`, "target: unknown field; allowed here: name, kind, key\nwehre: unknown field"},
	}
	for _, c := range cases {
		_, err := builtin.Parse(complete(decode(t, c.json)))
		if err == nil {
			t.Errorf("%s: accepted", c.json)
			continue
		}
		for want := range strings.SplitSeq(c.want, "\n") {
			if !strings.Contains("\n"+err.Error(), "\n"+want) {
				t.Errorf("%s: %v; want a line %q", c.json, err, want)
			}
		}
	}
}

func TestParseMissingFields(t *testing.T) {
	_, err := builtin.Parse(map[string]any{})
	var errs field.Errors
	if !errors.As(err, &errs) || len(errs) != 3 {
		t.Fatalf("got %v", err)
	}
	for i, name := range []string{"name", "kind", "targets"} {
		if errs[i].Path != name || !strings.HasPrefix(errs[i].Want, "missing: ") {
			t.Errorf("mistake %d: %v", i, errs[i])
		}
	}
}

func TestNewNamesEveryMistake(t *testing.T) {
	good := func() tracker.Spec {
		return tracker.Spec{Name: "t", Kind: tracker.KindCount, Targets: []decimal.Decimal{decimal.FromInt(3)}}
	}
	cases := map[string]func(*tracker.Spec){
		"name: \"\"":                            func(s *tracker.Spec) { s.Name = "" },
		"name: \"a\\u000":                       func(s *tracker.Spec) { s.Name = "a\x00" },
		"name: \"\\xff\"":                       func(s *tracker.Spec) { s.Name = "\xff" },
		"targets: want at least one target":     func(s *tracker.Spec) { s.Targets = nil },
		"where[0].key: \"\" is not allowed":     func(s *tracker.Spec) { s.Where = []condition.Condition{condition.Exists("")} },
		"where[1].value: null is not allowed":   func(s *tracker.Spec) { s.Where = []condition.Condition{condition.Exists("a"), condition.Ge("a", nil)} },
		"limiters[0].limit: 0 is not allowed":   func(s *tracker.Spec) { s.Limiters = []limiter.Limiter{limiter.Count(0)} },
		"reset: 9 is not allowed":               func(s *tracker.Spec) { s.Reset = 9 },
		"expire: \"-1s\" is not allowed":        func(s *tracker.Spec) { s.Expire = -time.Second },
		"expire_at: \"10000-01-01T00:00:00Z\"":  func(s *tracker.Spec) { s.ExpireAt = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) },
		"key: \"\" is not allowed: want the pa": func(s *tracker.Spec) { s.Kind = tracker.KindSum },
		"args: ":                                func(s *tracker.Spec) { s.Args = func() {} },
	}
	for want, change := range cases {
		spec := good()
		change(&spec)
		d, err := tracker.New(spec, nil)
		var errs field.Errors
		if !errors.As(err, &errs) || !strings.Contains("\n"+err.Error(), "\n"+want) {
			t.Errorf("got %v, want field.Errors with %q", err, want)
		}
		if err != nil && d != nil {
			t.Errorf("%s: a definition comes with the error", want)
		}
	}
	if _, err := tracker.New(good(), nil); err != nil {
		t.Errorf("the good one: %v", err)
	}
}

func TestUnknownKindsKeepTheirType(t *testing.T) {
	for name, c := range map[string]struct {
		json string
		as   any
		want string
	}{
		"tracker":   {`{"kind":"streak"}`, new(*tracker.UnknownKindError), `"streak" is not a known or registered tracker kind; known: count, sum`},
		"condition": {`{"where":[{"op":"eq","key":"a","value":1},{"op":"near"}]}`, new(*condition.UnknownKindError), `where[1].op: "near"`},
		"limiter":   {`{"limiters":[{"kind":"rate"}]}`, new(*limiter.UnknownKindError), `limiters[0].kind: "rate"`},
	} {
		_, err := builtin.Parse(complete(decode(t, c.json)))
		if !errors.As(err, c.as) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
}

// A loop with carry whose last target vanishes beside a larger one would never end: progress could not go down.
func TestLoopThatCouldNotEndIsRefused(t *testing.T) {
	for _, targets := range []string{"[1e20,0.5]", "[1e300,2,1e100]"} {
		v := complete(decode(t, fmt.Sprintf(`{"loop":true,"carry":true,"targets":%s}`, targets)))
		_, err := builtin.Parse(v)
		var mistake *field.Error
		if !errors.As(err, &mistake) || !strings.HasPrefix(mistake.Path, "targets") {
			t.Errorf("%s: %v", targets, err)
		}
	}
	for _, fields := range []string{
		`{"loop":true,"carry":true,"targets":[1e20,1e5]}`, `{"loop":true,"carry":true,"reset":"all","targets":[1e20,0.5]}`,
		`{"loop":true,"targets":[1e20,0.5]}`, `{"carry":true,"targets":[1e20,0.5]}`, `{"loop":true,"carry":true,"targets":[0.5,1e20]}`,
	} {
		define(t, fields)
	}
}
