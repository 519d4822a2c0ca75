package states_test

import (
	"fmt"
	"testing"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// Sums of many paths to many targets have more rules than there are numbers for. A tracker without a rule is not stepped
// here, and whatever Step adds is what a step leads to.
func TestMoreRulesThanNumbers(t *testing.T) {
	const paths, targets = 66, 1000
	defs := make([]*tracker.Definition, 0, paths*targets)
	data := map[string]any{}
	for p := range paths {
		key := fmt.Sprint("n", p)
		data[key] = p
		for n := range targets {
			d, err := tracker.New(tracker.Spec{
				Name: fmt.Sprint(key, "-", n), Kind: tracker.KindSum, Key: key, Targets: []decimal.Decimal{decimal.FromInt(sixDigits(n))},
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			defs = append(defs, d)
		}
	}
	set, x := states.Compile(nil, defs), states.Scratch{}
	start := tracker.State{Stage: 1, Cycle: 1}
	fresh, _ := states.Pack(&start)
	var cells states.Table
	for range defs {
		cells.Append(fresh)
	}
	if err := set.Match(match.Data{Map: data}, &x); err != nil || len(x.Hits) != len(defs) {
		t.Fatalf("%d hits, %v; want all", len(x.Hits), err)
	}
	left := 0
	for hits := x.Hits; len(hits) > 0; {
		n := len(x.Step(&cells, hits, nil))
		for _, i := range hits[:n] {
			want := int64(i / targets)
			if got, _ := cells.At(int(i)).State(states.Overflow{}).Progress.Int64(); got != want {
				t.Fatalf("%s has %d, want %d", defs[i].Name(), got, want)
			}
			if target, _ := defs[i].Spec().Targets[0].Int64(); want >= target {
				t.Fatalf("%s reached its target in passing", defs[i].Name())
			}
		}
		if n == len(hits) {
			break
		}
		i := hits[n]
		if got, _ := x.Inputs(i)[0].Decimal(); got.Cmp(decimal.FromInt(int64(i)/targets)) != 0 {
			t.Fatalf("the amount of %s is %v", defs[i].Name(), got)
		}
		left, hits = left+1, hits[n+1:]
	}
	if minimum := len(defs) - 1<<16; left < minimum || left > len(defs)/4 {
		t.Errorf("%d of %d steps are taken elsewhere, want %d or a few more", left, len(defs), minimum)
	}
}

// sixDigits are the numbers from 1 of at most six binary digits that are not 0s at the end, in order.
func sixDigits(n int) int64 {
	if n < 31 {
		return int64(n + 1)
	}
	return int64(32+(n-31)%32) << ((n - 31) / 32)
}

// A tracker that gets another target goes by that from then on, though no other tracker of its set had it.
func TestAdvanceWithAnotherTarget(t *testing.T) {
	define := func(name string, target int64) *tracker.Definition {
		d, err := tracker.New(tracker.Spec{Name: name, Kind: tracker.KindCount, Targets: []decimal.Decimal{decimal.FromInt(target)}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	under := states.Compile(nil, []*tracker.Definition{define("a", 4), define("b", 4)})
	for _, set := range []*states.Program{under, states.Compile(under, []*tracker.Definition{define("c", 4)}), states.NewMutable(under, []*tracker.Definition{define("c", 4)})} {
		next := set.Replacing(set.Len()-1, define([]string{"a", "b", "c"}[set.Len()-1], 16))
		var cells states.Table
		var x states.Scratch
		fresh, _ := states.Pack(&tracker.State{Stage: 1, Cycle: 1})
		for range set.Len() {
			cells.Append(fresh)
		}
		steps := make([]int, set.Len())
		for range 20 {
			if err := next.Match(match.Data{Map: map[string]any{}}, &x); err != nil {
				t.Fatal(err)
			}
			for index := range steps {
				steps[index] += len(x.Step(&cells, []int32{int32(index)}, nil))
			}
		}
		for index, n := range steps {
			if want := []int{3, 15}[index/(len(steps)-1)]; n != want {
				t.Errorf("index %d of %d took %d steps, want %d", index, len(steps), n, want)
			}
		}
	}
}
