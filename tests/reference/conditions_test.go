package reference_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/tracker"
)

// expectHolding puts each condition on a tracker of its own, in one group, in both orders: whether a condition holds
// must not depend on the others. The wanted ones are given by their index.
func expectHolding(t *testing.T, data managertest.Object, conditions []condition.Condition, want ...int) {
	t.Helper()
	f := managertest.New(t, nil)
	var specs []tracker.Spec
	for i, c := range conditions {
		specs = append(specs, dictrack.Count(fmt.Sprint(i), dictrack.Targets(9), dictrack.Where(c)))
	}
	f.MustAdd("forward", specs...)
	slices.Reverse(specs)
	f.MustAdd("reversed", specs...)
	var wanted []string
	for _, i := range want {
		wanted = append(wanted, fmt.Sprint(i))
	}
	for range 2 {
		got := managertest.TrackerNames(f.MustTrack("forward", data).Changed())
		managertest.ExpectLines(t, got, wanted...)
		got = managertest.TrackerNames(f.MustTrack("reversed", data).Changed())
		slices.Reverse(got)
		managertest.ExpectLines(t, got, wanted...)
	}
}

func existsAndNotExists(t *testing.T) {
	both := []condition.Condition{condition.Exists("a"), condition.NotExists("a")}
	expectHolding(t, managertest.Object{"a": nil}, both, 0)
	expectHolding(t, managertest.Object{"b": 1}, both, 1)
}

func containsAndItems(t *testing.T) {
	all := []condition.Condition{
		condition.Contains("a", "X"), condition.NotContains("a", "X"), condition.HasItem("a", "X"), condition.NotHasItem("a", "X"),
		condition.ContainsFold("a", "X"), condition.NotContainsFold("a", "X"),
	}
	expectHolding(t, managertest.Object{"a": "aXb"}, all, 0, 3, 4)
	expectHolding(t, managertest.Object{"a": "axb"}, all, 1, 3, 4)
	expectHolding(t, managertest.Object{"a": []any{"X"}}, all, 1, 2, 5)
	expectHolding(t, managertest.Object{}, all)
}

func inAndIntersects(t *testing.T) {
	all := []condition.Condition{
		condition.In("a", 1, 2), condition.NotIn("a", 1, 2), condition.Intersects("a", 1, 2), condition.NotIntersects("a", 1, 2),
		condition.In("a", 2, 1), condition.NotIn("a", 1, 2, 3),
	}
	expectHolding(t, managertest.Object{"a": 1}, all, 0, 3, 4)
	expectHolding(t, managertest.Object{"a": 3}, all, 1, 3)
	expectHolding(t, managertest.Object{"a": []any{3, 2}}, all, 1, 2, 5)
	expectHolding(t, managertest.Object{}, all)
}

// evaluatedOnce counts evaluations of a condition that ten trackers share: one per message.
func evaluatedOnce(t *testing.T) {
	var evaluated atomic.Int64
	f := managertest.New(t, nil, func(o *dictrack.Options) {
		o.Registry = &tracker.Registry{}
		err := o.Registry.Conditions.Register("counted", func(any) (condition.Predicate, error) {
			return condition.PredicateFunc(func(data map[string]any) bool { return evaluated.Add(1) > 0 && data["x"] == true }), nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	for i := range 10 {
		f.MustAdd("g", dictrack.Count(fmt.Sprint(i), dictrack.Targets(9), dictrack.Where(condition.Custom("counted", nil))))
	}
	for n, x := range []bool{true, false} {
		if res := f.MustTrack("g", managertest.Object{"x": x}); (len(res.Changed()) == 10) != x || evaluated.Load() != int64(n+1) {
			t.Errorf("%v: %d trackers changed, evaluated %d times in all", x, len(res.Changed()), evaluated.Load())
		}
	}
}

func mixedTypes(t *testing.T) {
	all := []condition.Condition{
		condition.Lt("a", 5), condition.Le("a", "m"), condition.Gt("a", 5.5), condition.Ge("a", "a"), condition.Eq("a", "5"), condition.Exists("a"),
	}
	expectHolding(t, managertest.Object{"a": "b"}, all, 1, 3, 5)
	expectHolding(t, managertest.Object{"a": 4}, all, 0, 5)
	expectHolding(t, managertest.Object{"a": true}, all, 5)
	expectHolding(t, managertest.Object{"a": []any{1}}, all, 5)
	expectHolding(t, managertest.Object{"a": nil}, all, 5)
}

func unusualTypes(t *testing.T) {
	all := []condition.Condition{
		condition.Contains("a", "1"), condition.HasItem("a", 1), condition.Intersects[any]("a", 1, managertest.Object{"x": 1}), condition.In[any]("a", []any{managertest.Object{"x": 1}}),
	}
	expectHolding(t, managertest.Object{"a": 1}, all)
	expectHolding(t, managertest.Object{"a": nil}, all)
	expectHolding(t, managertest.Object{"a": managertest.Object{"x": 1}}, all)
	expectHolding(t, managertest.Object{"a": []any{managertest.Object{"x": 1.0}}}, all, 2, 3)
	expectHolding(t, managertest.Object{"a": []any{nil, []any{}, true}}, all)
}

func unusualOperands(t *testing.T) {
	all := []condition.Condition{
		condition.In[any]("a", []any{1}, managertest.Object{"x": []any{}}, nil), condition.HasItem("a", []any{1}), condition.HasItem("a", nil), condition.HasItem("a", 1.5),
	}
	expectHolding(t, managertest.Object{"a": []any{1}}, all, 0)
	expectHolding(t, managertest.Object{"a": nil}, all, 0)
	expectHolding(t, managertest.Object{"a": []any{[]any{1.0}, nil, 1.5}}, all, 1, 2, 3)
}

func trueIsNotOne(t *testing.T) {
	all := []condition.Condition{
		condition.Eq("a", 1), condition.Eq("a", true), condition.Eq("a", 1.0), condition.In("a", 1), condition.In("a", true), condition.Ne("a", 1), condition.Ge("a", 1),
	}
	expectHolding(t, managertest.Object{"a": true}, all, 1, 4, 5)
	expectHolding(t, managertest.Object{"a": 1.0}, all, 0, 2, 3, 6)
}

// differentOperators gives one path to conditions with and without operands, and to custom ones.
func differentOperators(t *testing.T) {
	f := managertest.New(t, nil, managertest.WithCustomKinds)
	f.MustAdd("g",
		dictrack.Count("a", dictrack.Targets(9), dictrack.Where(condition.Exists("k"), condition.Eq("k", nil), condition.Custom("custom", "k"))),
		dictrack.Count("b", dictrack.Targets(9), dictrack.Where(condition.Exists("k"), condition.Ne("k", nil))),
	)
	managertest.ExpectLines(t, managertest.TrackerNames(f.MustTrack("g", managertest.Object{"k": nil}).Changed()), "a")
	managertest.ExpectLines(t, managertest.TrackerNames(f.MustTrack("g", managertest.Object{"k": 1}).Changed()), "b")
}

func writtenOperators(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(9), dictrack.Where(condition.Eq("k", 1), condition.NotContainsFold("s", "x"))))
	snap, err := f.Get(t.Context(), "g", "a")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"op":"eq"`, `"op":"not_contains"`, `"case_sensitive":false`} {
		if text := string(snap.Definition.JSON()); !strings.Contains(text, want) {
			t.Errorf("definition %s does not have %s", text, want)
		}
	}
}

// guards has conditions that make sense only after others, and checks that their order is stored.
func guards(t *testing.T) {
	where := []condition.Condition{condition.Exists("k"), condition.Gt("k", 5), condition.Eq("s", "x")}
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(9), dictrack.Where(where...)))
	f.MustReopen()
	for _, data := range []managertest.Object{{}, {"k": nil, "s": "x"}, {"k": "6", "s": "x"}, {"k": 5, "s": "x"}, {"k": 6}} {
		if res := f.MustTrack("g", data); res.Affected() != 0 {
			t.Errorf("%v changed the tracker", data)
		}
	}
	f.MustTrack("g", managertest.Object{"k": 6, "s": "x"})
	snap, err := f.Get(t.Context(), "g", "a")
	if err != nil || fmt.Sprint(snap.Progress) != "1" {
		t.Fatalf("%+v, %v", snap, err)
	}
	for i, c := range snap.Definition.Where() {
		if c.ID() != where[i].ID() {
			t.Errorf("condition %d is %s, want %s", i, c.ID(), where[i].ID())
		}
	}
}

func paths(t *testing.T) {
	data := managertest.Object{"a": managertest.Object{"b.c": 1, "l": []any{10, managertest.Object{"x": 20}}}, "0": "zero", "s": "text"}
	all := []condition.Condition{
		condition.Eq(`a.b\.c`, 1), condition.Eq("a.l.0", 10), condition.Eq("a.l.-1.x", 20), condition.Eq("0", "zero"),
		condition.Exists("a.b.c"), condition.Exists("a.l.2"), condition.Exists("a.l.x"), condition.Exists("s.0"), condition.Exists("a.*"),
	}
	expectHolding(t, data, all, 0, 1, 2, 3)
}
