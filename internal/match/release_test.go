package match_test

import (
	"testing"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// compiled is a set of one tracker that reads n paths.
func compiled(t *testing.T, n int) *match.Set {
	t.Helper()
	spec := tracker.Spec{Name: "t", Kind: tracker.KindCount, Targets: []decimal.Decimal{decimal.FromInt(1)}}
	for i := range n {
		spec.Where = append(spec.Where, condition.Exists(string(rune('a'+i))))
	}
	d, err := tracker.New(spec, nil)
	if err != nil {
		t.Fatal(err)
	}
	return match.Compile(nil, []*tracker.Definition{d})
}

// A Scratch in a pool has no references to a caller's data, whichever sets it was used with.
func TestReleaseDropsAllData(t *testing.T) {
	data := match.Data{Map: map[string]any{"a": "secret", "b": "secret", "c": "secret"}}
	var x match.Scratch
	for _, n := range []int{3, 1} {
		if err := compiled(t, n).Match(data, &x); err != nil {
			t.Fatal(err)
		}
	}
	x.Release()
	values := x.Values()
	for i, v := range values[:cap(values)] {
		if v.Kind() != value.Absent {
			t.Errorf("slot %d still holds %v", i, v.Any())
		}
	}
	if data, err := x.Decoded(); err == nil {
		t.Errorf("the scratch still holds %v", data)
	}
}
