package condition_test

import (
	"testing"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/internal/connective"
	"github.com/dictrack/dictrack/value"
)

func TestComposedConditions(t *testing.T) {
	a, b := condition.Eq("a", 1), condition.Gt("b", 5)
	all := condition.Compose(connective.All, a, b)
	either := condition.Compose(connective.Any, a, b)
	neither := condition.Compose(connective.Not, either)
	for _, c := range []struct {
		data                 map[string]any
		all, either, neither bool
	}{
		{map[string]any{"a": 1, "b": 6}, true, true, false},
		{map[string]any{"a": 1}, false, true, false},
		{map[string]any{"b": 6}, false, true, false},
		{map[string]any{}, false, false, true},
	} {
		if all.Match(c.data) != c.all || either.Match(c.data) != c.either || neither.Match(c.data) != c.neither {
			t.Errorf("%v: %v, %v, %v", c.data, all.Match(c.data), either.Match(c.data), neither.Match(c.data))
		}
	}
	if got := neither.String(); got != "not ((a = 1 or b > 5))" {
		t.Error(got)
	}
	const id = `{"not":{"any":[{"key":"a","op":"eq","value":1},{"key":"b","op":"gt","value":5}]}}`
	if neither.ID() != id || len(all.Conjuncts()) != 2 || either.Conjuncts() != nil {
		t.Errorf("ID %s, %d conjuncts", neither.ID(), len(all.Conjuncts()))
	}
	in := condition.Input{Values: []value.Value{value.OfInt(9), {}, value.OfInt(1)}}
	if !all.Eval(&in, []int32{2, 0}) || all.Eval(&in, []int32{0, 2}) {
		t.Error("slots are not used in the order of the paths")
	}
}

// A registered kind is evaluated last, and only if the rest leaves the result open.
func TestComposedWithRegisteredKinds(t *testing.T) {
	calls := 0
	r := registry(t, map[string]condition.Factory{"count": func(any) (condition.Predicate, error) {
		return condition.PredicateFunc(func(map[string]any) bool { calls++; return true }), nil
	}})
	c, err := r.Bind(condition.Compose(connective.Any, condition.Custom("count", nil), condition.Eq("a", 1)))
	if err != nil || !c.Custom() {
		t.Fatal(err, c.Custom())
	}
	if !c.Match(map[string]any{"a": 1}) || calls != 0 || !c.Match(map[string]any{"a": 2}) || calls != 1 {
		t.Errorf("%d calls", calls)
	}
}
