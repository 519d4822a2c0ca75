package match_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/tracker"
)

// shape is a kind of load: the conditions of a tracker, and the data, over a few paths and values.
type shape struct {
	name  string
	where func(r *rand.Rand) []condition.Condition
	data  func(r *rand.Rand) map[string]any
}

func path(i int) string { return "p" + strconv.Itoa(i) }

// flat returns data with every one of n paths, from few values.
func flat(n, values int) func(*rand.Rand) map[string]any {
	return func(r *rand.Rand) map[string]any {
		m := map[string]any{}
		for i := range n {
			if r.IntN(8) > 0 {
				m[path(i)] = r.IntN(values)
			}
		}
		list := make([]any, r.IntN(5))
		for i := range list {
			list[i] = r.IntN(values)
		}
		m["list"] = list
		return m
	}
}

func several(r *rand.Rand, least, more int, one func() condition.Condition) []condition.Condition {
	list := make([]condition.Condition, least+r.IntN(more+1))
	for i := range list {
		list[i] = one()
	}
	return list
}

func between(r *rand.Rand, p string, values int) []condition.Condition {
	low := r.IntN(values)
	return []condition.Condition{condition.Ge(p, low), condition.Le(p, low+r.IntN(1+values/4))}
}

var shapes = []shape{
	{"one equality", func(r *rand.Rand) []condition.Condition {
		return []condition.Condition{condition.Eq(path(r.IntN(3)), r.IntN(50))}
	}, flat(3, 50)},
	{"two equalities", func(r *rand.Rand) []condition.Condition {
		return []condition.Condition{condition.Eq("p0", r.IntN(20)), condition.Eq("p1", r.IntN(20))}
	}, flat(3, 20)},
	{"equalities on many sets of paths", func(r *rand.Rand) []condition.Condition {
		return several(r, 1, 5, func() condition.Condition { return condition.Eq(path(r.IntN(20)), r.IntN(3)) })
	}, flat(20, 3)},
	{"crowded equalities", func(r *rand.Rand) []condition.Condition {
		return several(r, 3, 3, func() condition.Condition { return condition.Eq(path(r.IntN(30)), r.IntN(2)) })
	}, flat(30, 2)},
	{"one bound", func(r *rand.Rand) []condition.Condition {
		return []condition.Condition{[]func(string, any) condition.Condition{condition.Ge, condition.Gt, condition.Le, condition.Lt}[r.IntN(4)](path(r.IntN(2)), r.IntN(3000))}
	}, flat(2, 3000)},
	{"an equality and a bound", func(r *rand.Rand) []condition.Condition {
		return []condition.Condition{condition.Eq("p0", r.IntN(3)), condition.Ge("p1", r.IntN(9))}
	}, flat(2, 9)},
	{"spans", func(r *rand.Rand) []condition.Condition {
		return slices.Concat(between(r, "p0", 1000), between(r, path(1+r.IntN(2)), 1000))
	}, flat(3, 1000)},
	{"conjunctions of bounds", func(r *rand.Rand) []condition.Condition {
		return several(r, 2, 3, func() condition.Condition {
			return []func(string, any) condition.Condition{condition.Ge, condition.Lt}[r.IntN(2)](path(r.IntN(4)), r.IntN(10))
		})
	}, flat(4, 10)},
	{"choices", func(r *rand.Rand) []condition.Condition {
		return []condition.Condition{condition.In[any]("p0", r.IntN(9), r.IntN(9), 1.0, 1), condition.In(path(r.IntN(3)), r.IntN(9), r.IntN(9))}
	}, flat(3, 9)},
	{"items", func(r *rand.Rand) []condition.Condition {
		return []condition.Condition{condition.Intersects("list", r.IntN(9), r.IntN(9)), condition.Ge("p0", r.IntN(9)), condition.HasItem("list", r.IntN(9))}
	}, flat(3, 9)},
	{"anything", func(r *rand.Rand) []condition.Condition {
		return several(r, 0, 6, func() condition.Condition {
			p, v := path(r.IntN(6)), r.IntN(9)
			return []condition.Condition{
				condition.Eq(p, v), condition.Ne(p, v), condition.Lt(p, v), condition.Exists(p), condition.In(p, v, v+1),
				condition.NotIn(p, v), condition.HasItem("list", v), condition.Eq(p, v),
			}[r.IntN(8)]
		})
	}, flat(6, 9)},
}

// However the trackers are indexed, and however many there are, a match finds the same ones as the simple loop.
func TestManyTrackers(t *testing.T) {
	for _, s := range shapes {
		t.Run(s.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 4))
			defs := make([]*tracker.Definition, 2000)
			for i := range defs {
				spec := tracker.Spec{Name: fmt.Sprint(i), Kind: tracker.KindCount, Targets: []decimal.Decimal{decimal.FromInt(1)}, Where: s.where(r)}
				var err error
				if defs[i], err = tracker.New(spec, nil); err != nil {
					t.Fatal(err)
				}
			}
			sets := []*match.Set{match.Compile(nil, defs), match.NewMutable(match.Compile(nil, defs[:300]), defs[300:])}
			var x match.Scratch
			matched := 0
			for range 40 {
				data := s.data(r)
				for _, set := range sets {
					check(t, defs, data, &x, set)
					matched += len(x.Hits)
				}
			}
			if matched == 0 {
				t.Error("nothing ever matches")
			}
		})
	}
}
