package match_test

import (
	"testing"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/internal/connective"
	"github.com/dictrack/dictrack/internal/match"
)

// Composed conditions are matched as they evaluate: an all by its conjuncts, others as residuals over several slots.
func TestComposedConditionsMatch(t *testing.T) {
	a, b, c := condition.Eq("a", 1), condition.Gt("b", 5), condition.HasItem("c", "x")
	either := condition.Compose(connective.Any, a, condition.Compose(connective.All, b, c))
	r := custom(t)
	panics := condition.Compose(connective.Any, a, condition.Custom("bad", 1))
	trees := one(either, condition.Compose(connective.Not, either), condition.Compose(connective.All, a, b, a), panics)
	var where [][]condition.Condition
	for range 50 { // more than the bitmap index takes
		where = append(where, trees...)
	}
	defs := define(t, r, where...)
	var x match.Scratch
	for _, data := range []map[string]any{
		{}, {"a": 1}, {"b": 6, "c": []any{"y", "x"}}, {"b": 6}, {"a": 1, "b": 6}, {"a": 2, "c": []any{"x"}, "b": 1},
	} {
		check(t, defs[:8], data, &x, match.Compile(nil, defs[:8]))
		for _, set := range compiledEveryWay(defs) {
			check(t, defs, data, &x, set)
		}
	}
}

// A Go value at a used path that has no JSON form is an error, and one elsewhere is not read.
func TestGoValuesWithoutJSONForm(t *testing.T) {
	set := match.Compile(nil, define(t, nil, one(condition.Exists("a.b"))...))
	var x match.Scratch
	for _, data := range []map[string]any{{"a": make(chan int)}, {"a": map[string]any{"b": func() {}}}} {
		if err := set.Match(match.Data{Map: data}, &x); err == nil || len(x.Hits) != 0 {
			t.Errorf("%v: hits %v, no error", data, x.Hits)
		}
	}
	if err := set.Match(match.Data{Map: map[string]any{"z": make(chan int), "a": struct {
		B int `json:"b"`
	}{1}}}, &x); err != nil || len(x.Hits) != 1 {
		t.Errorf("hits %v, %v", x.Hits, err)
	}
}
