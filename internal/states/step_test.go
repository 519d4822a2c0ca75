package states_test

import (
	"maps"
	"math"
	"testing"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/tracker"
)

// The quick form takes only steps that change the progress and nothing else; all others it leaves to Step.
func TestFastSteps(t *testing.T) {
	r := &tracker.Registry{}
	if err := r.Register("by", func(any) (tracker.Kind, error) { return stepBy{}, nil }); err != nil {
		t.Fatal(err)
	}
	plain := tracker.State{Stage: 1, Cycle: 1}
	with := func(change func(*tracker.State)) tracker.State {
		s := plain
		change(&s)
		return s
	}
	cases := []struct {
		name, fields string
		s            tracker.State
		n            uint64
		want         string // the progress; "" if it is left to Step
	}{
		{"a count", `{"targets":[3]}`, plain, 1, "1"},
		{"a count at its target", `{"targets":[1]}`, plain, 1, ""},
		{"a sum", `{"kind":"sum","key":"v","targets":[4]}`, plain, 3, "3"},
		{"a sum of nothing", `{"kind":"sum","key":"v"}`, plain, 0, "0"},
		{"a sum below a fraction", `{"kind":"sum","key":"v","targets":[2.5]}`, plain, 2, "2"},
		{"a sum above a fraction", `{"kind":"sum","key":"v","targets":[2.5]}`, plain, 3, ""},
		{"a sum of the most", `{"kind":"sum","key":"v","targets":[1e300]}`, plain, math.MaxInt64, ""},
		{"a sum beyond all limits", `{"kind":"sum","key":"v","targets":[1e300]}`, with(func(s *tracker.State) { s.Progress = decimal.FromInt(math.MaxInt64) }), math.MaxInt64, ""},
		{"a target below 0", `{"targets":[-1]}`, plain, 1, ""},
		{"progress below 0", `{}`, with(func(s *tracker.State) { s.Progress = decimal.FromInt(-9) }), 1, ""},
		{"progress of a fraction", `{}`, with(func(s *tracker.State) { s.Progress, _ = decimal.FromFloat(0.5) }), 1, ""},
		{"a sum at its target", `{"kind":"sum","key":"v"}`, plain, 3, ""},
		{"a sum beyond its target", `{"kind":"sum","key":"v"}`, plain, 4, ""},
		{"a later stage with a lower target", `{"targets":[9,1]}`, with(func(s *tracker.State) { s.Stage = 2 }), 1, ""},
		{"a later cycle", `{"targets":[9],"loop":true}`, with(func(s *tracker.State) { s.Cycle = 7 }), 1, "1"},
		{"completed", `{}`, with(func(s *tracker.State) { s.Completed = true }), 1, ""},
		{"limited", `{}`, with(func(s *tracker.State) { s.Limited = true }), 1, ""},
		{"removed", `{}`, with(func(s *tracker.State) { s.Removed = true }), 1, ""},
		{"with limiters", `{"limiters":[{"kind":"count","limit":9}]}`, plain, 1, ""},
		{"of a registered kind", `{"kind":"by"}`, plain, 1, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, stepped := advanced(t, c.s, c.n, fastLimit(t, r, c.fields))
			if stepped != (c.want != "") || !stepped && s != c.s || stepped && s.Progress.String() != c.want {
				t.Errorf("stepped %v to %v, want %q", stepped, s.Progress, c.want)
			}
		})
	}
}

// stepBy is a custom kind.
type stepBy struct{ tracker.BaseKind }

// Step implements tracker.Kind.
func (stepBy) Step(s tracker.KindState, _ tracker.Input) (tracker.KindState, bool) { return s, true }

// fastLimit is that of a definition with the given fields; by default a count to 3.
func fastLimit(t *testing.T, r *tracker.Registry, fields string) uint64 {
	t.Helper()
	m := map[string]any{"name": "t", "kind": "count", "targets": []any{int64(3)}}
	v, err := rawjson.Decode([]byte(fields))
	if err != nil {
		t.Fatal(err)
	}
	maps.Copy(m, v.(map[string]any))
	d, err := r.Parse(m)
	if err != nil {
		t.Fatal(err)
	}
	return d.FastLimit()
}
