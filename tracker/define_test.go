package tracker_test

import (
	"testing"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// builtin knows the built-in kinds only.
var builtin *tracker.Registry

// define reads a definition that must be fine. The fields name, kind and targets have defaults.
func define(t testing.TB, fields string) *tracker.Definition {
	t.Helper()
	return defineIn(t, builtin, fields)
}

func defineIn(t testing.TB, r *tracker.Registry, fields string) *tracker.Definition {
	t.Helper()
	d, err := r.Parse(complete(decode(t, fields)))
	if err != nil {
		t.Fatalf("%s: %v", fields, err)
	}
	return d
}

func decode(t testing.TB, text string) any {
	t.Helper()
	v, err := rawjson.Decode([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// complete adds the fields that a test does not care about.
func complete(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	for name, field := range map[string]any{"name": "t", "kind": "count", "targets": []any{int64(3)}} {
		if _, given := m[name]; !given {
			m[name] = field
		}
	}
	return m
}

// num is a number written as data writes it.
func num(t testing.TB, text string) decimal.Decimal {
	t.Helper()
	d, ok := decimal.Parse(text)
	if !ok {
		t.Fatalf("%q is no number", text)
	}
	return d
}

// begun is the state of a tracker that is added at now, in Unix milliseconds.
func begun(t testing.TB, d *tracker.Definition, now int64) tracker.State {
	t.Helper()
	s, err := d.Start(now, false)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// add steps a sum by a number, given as data gives it.
func add(t testing.TB, d *tracker.Definition, s tracker.State, amount any) (tracker.State, tracker.Outcome, []tracker.Event) {
	t.Helper()
	v := value.Of(amount)
	return d.Step(s, tracker.Input{Values: []*value.Value{&v}}, 0, nil)
}

// kinds are the kinds of events, in order.
func kinds(events []tracker.Event) []tracker.EventKind {
	var list []tracker.EventKind
	for _, e := range events {
		list = append(list, e.Kind)
	}
	return list
}

func reset(p tracker.Policy) tracker.ResetOptions { return tracker.ResetOptions{Policy: p} }

func resetLimit(n int64) tracker.ResetOptions {
	return tracker.ResetOptions{Limit: limiter.NewLimit(n)}
}
