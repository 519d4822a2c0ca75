package match_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/tracker"
)

// define returns a count for each list of conditions.
func define(t testing.TB, r *tracker.Registry, where ...[]condition.Condition) []*tracker.Definition {
	t.Helper()
	defs := make([]*tracker.Definition, len(where))
	for i := range where {
		var err error
		defs[i], err = tracker.New(tracker.Spec{
			Name: fmt.Sprint("t", i), Kind: tracker.KindCount, Targets: []decimal.Decimal{decimal.FromInt(1)}, Where: where[i],
		}, r)
		if err != nil {
			t.Fatal(err)
		}
	}
	return defs
}

// one is a list of lists with one condition each.
func one(conditions ...condition.Condition) [][]condition.Condition {
	lists := make([][]condition.Condition, len(conditions))
	for i, c := range conditions {
		lists[i] = []condition.Condition{c}
	}
	return lists
}

// Bounds are searched in an index: numbers at, just below and just above each must have the result of an evaluation.
func TestBoundsAreExact(t *testing.T) {
	operands := []any{
		0, 10, 10.0, 10.5, -10, 1 << 53, 1<<53 + 1, 1<<53 + 2, 1<<53 + 3, -1<<53 - 1, math.MaxInt64, math.MaxInt64 - 1, math.MinInt64,
		float64(1<<53 + 2), float64(1 << 60), 1 << 60, float64(1 << 63), 1e300, -1e300, 0.1, math.SmallestNonzeroFloat64, "10", "b", math.Copysign(0, -1),
	}
	var where [][]condition.Condition
	for _, v := range operands {
		for _, make := range []func(string, any) condition.Condition{condition.Lt, condition.Le, condition.Gt, condition.Ge} {
			where = append(where, []condition.Condition{make("n", v)}, []condition.Condition{make("n", v), condition.Eq("k", 1)})
		}
	}
	defs := define(t, nil, where...)
	set := match.Compile(nil, defs)
	values := append([]any{}, operands...)
	for _, v := range []float64{10, 10.5, 1 << 53, 1 << 62, 0.1, 1e300} {
		values = append(values, math.Nextafter(v, math.Inf(1)), math.Nextafter(v, math.Inf(-1)), v)
	}
	values = append(values, nil, true, []any{10}, map[string]any{}, "a", "", json.Number("9007199254740993"))
	var x match.Scratch
	found := map[string]bool{}
	for _, v := range values {
		for _, k := range []any{1, 2} {
			check(t, defs, map[string]any{"n": v, "k": k}, &x, set)
			found[fmt.Sprint(x.Hits)] = true
		}
	}
	check(t, defs, map[string]any{}, &x, set)
	if len(found) < 30 {
		t.Errorf("the values tell only %d cases apart", len(found))
	}
}

// A path is read with its content if any condition on it needs the content.
func TestContentIsReadIfAnyConditionNeedsIt(t *testing.T) {
	needs, not := condition.Eq("l", []any{1}), condition.Exists("l")
	data := map[string]any{"l": []any{1}}
	for _, order := range [][]condition.Condition{{needs, not}, {not, needs}, {not, needs, not}} {
		defs := define(t, nil, one(order...)...)
		var x match.Scratch
		check(t, defs, data, &x, match.Compile(nil, defs))
		if len(x.Hits) != len(order) {
			t.Errorf("hits %v of %d", x.Hits, len(order))
		}
	}
}

// A condition is evaluated once for each message, however many trackers have it, and only if their others hold.
func TestConditionsAreEvaluatedOnce(t *testing.T) {
	asked := 0
	r := &tracker.Registry{}
	err := r.Conditions.Register("ask", func(any) (condition.Predicate, error) {
		return condition.PredicateFunc(func(map[string]any) bool { asked++; return true }), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	ask, eq := condition.Custom("ask", nil), condition.Eq("a", 1)
	set := match.Compile(nil, define(t, r,
		[]condition.Condition{ask, eq}, []condition.Condition{eq, ask}, []condition.Condition{ask, eq, ask}))
	var x match.Scratch
	for a, want := range map[int]int{1: 1, 2: 0} {
		asked = 0
		if err := set.Match(match.Data{Map: map[string]any{"a": a}}, &x); err != nil || asked != want || len(x.Hits) != 3*want {
			t.Errorf("a = %d: asked %d times, hits %v, %v", a, asked, x.Hits, err)
		}
	}
}

func TestPanicsFailTheirTrackersOnly(t *testing.T) {
	r := custom(t)
	bad, eq := condition.Custom("bad", 0), condition.Eq("a", 1)
	set := match.Compile(nil, define(t, r,
		[]condition.Condition{bad}, []condition.Condition{eq}, []condition.Condition{eq, bad}, []condition.Condition{condition.Eq("a", 2), bad}, nil))
	var x match.Scratch
	for _, d := range []match.Data{{Map: map[string]any{"a": 1}}, {JSON: []byte(`{"a":1}`)}} {
		if err := set.Match(d, &x); err != nil || !slices.Equal(x.Hits, []int32{1, 4}) || !slices.Equal(indexes(x.Failed), []int32{0, 2}) {
			t.Fatalf("hits %v, failed %v, %v", x.Hits, x.Failed, err)
		}
		if text := x.Failed[0].Err.Error(); !strings.Contains(text, "condition bad: panic: too many keys") {
			t.Errorf("failed with %q", text)
		}
	}
	if err := set.Match(match.Data{Map: map[string]any{}}, &x); err != nil || !slices.Equal(x.Hits, []int32{0, 4}) || len(x.Failed) != 0 {
		t.Errorf("the next data: hits %v, failed %v, %v", x.Hits, x.Failed, err)
	}
}

// Invalid JSON matches nothing; a duplicate key is an error only on a used path, or for code that uses the whole data.
func TestInvalidJSON(t *testing.T) {
	r := custom(t)
	set := match.Compile(nil, define(t, r, append(one(condition.Eq("a", 1), condition.Custom("keys", 1)), nil)...))
	var x match.Scratch
	for _, text := range []string{``, `{`, `[]`, `7`, `null`, `{"a":1}x`, `{"a":1,"a":1}`, `{"a":01}`, "{\"b\":\"\xff\"}", `{"b":1e400}`} {
		x.Hits = append(x.Hits, 99)
		if err := set.Match(match.Data{JSON: []byte(text)}, &x); err == nil || len(x.Hits) != 0 || len(x.Failed) != 0 {
			t.Errorf("%q: hits %v, failed %v, %v", text, x.Hits, x.Failed, err)
		}
	}
	err := set.Match(match.Data{JSON: []byte(`{"a":1,"b":1,"b":2}`)}, &x)
	if err != nil || !slices.Equal(x.Hits, []int32{0, 2}) || !slices.Equal(indexes(x.Failed), []int32{1}) {
		t.Errorf("an unused key twice: hits %v, failed %v, %v", x.Hits, x.Failed, err)
	}
}

func TestDecode(t *testing.T) {
	given := map[string]any{}
	if m, err := (match.Data{Map: given, JSON: []byte("x")}).Decode(); err != nil || m == nil {
		t.Errorf("a map: %v, %v", m, err)
	}
	if m, err := (match.Data{JSON: []byte(`{"a":[1]}`)}).Decode(); err != nil || fmt.Sprint(m) != "map[a:[1]]" {
		t.Errorf("an object: %v, %v", m, err)
	}
	for _, text := range []string{``, `[1]`, `{"a":1,"a":1}`, `nul`} {
		if m, err := (match.Data{JSON: []byte(text)}).Decode(); err == nil || m != nil {
			t.Errorf("%q: %v, %v", text, m, err)
		}
	}
}

// A set finds trackers in their order, also when its bitmap has several words.
func TestHitsAreInOrder(t *testing.T) {
	var where [][]condition.Condition
	for i := range 300 {
		where = append(where, [][]condition.Condition{
			nil, {condition.Ge("n", 300-i)}, {condition.Eq("k", 1)}, {condition.Eq("k", 1), condition.Lt("n", i)}, {condition.Exists("k"), condition.Exists("n")},
		}[i%5])
	}
	defs := define(t, nil, where...)
	set := match.Compile(nil, defs)
	var x match.Scratch
	for n := range 30 {
		check(t, defs, map[string]any{"n": n * 10, "k": n % 3}, &x, set)
		if !slices.IsSorted(x.Hits) || len(x.Hits) < 60 {
			t.Fatalf("hits %v", x.Hits)
		}
	}
}
