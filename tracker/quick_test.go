package tracker_test

import (
	"testing"

	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// The quick form takes only steps that change the progress and nothing else; all others it leaves to Step.
func TestQuick(t *testing.T) {
	r := buckets(t)
	if err := r.Register("by", stepByFactory); err != nil {
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
		amount       any
		want         string // the progress; "" if it is left to Step
	}{
		{"a count", `{"targets":[3]}`, plain, nil, "1"},
		{"a count at its target", `{"targets":[1]}`, plain, nil, ""},
		{"a sum", `{"kind":"sum","key":"v"}`, plain, "2.5", "2.5"},
		{"a sum at its target", `{"kind":"sum","key":"v"}`, plain, 3, ""},
		{"a sum beyond its target", `{"kind":"sum","key":"v"}`, plain, 4, ""},
		{"a sum of nothing", `{"kind":"sum","key":"v"}`, plain, true, ""},
		{"a later stage with a lower target", `{"targets":[9,1]}`, with(func(s *tracker.State) { s.Stage = 2 }), nil, ""},
		{"a later cycle", `{"targets":[9],"loop":true}`, with(func(s *tracker.State) { s.Cycle = 7 }), nil, "1"},
		{"completed", `{}`, with(func(s *tracker.State) { s.Completed = true }), nil, ""},
		{"limited", `{}`, with(func(s *tracker.State) { s.Limited = true }), nil, ""},
		{"removed", `{}`, with(func(s *tracker.State) { s.Removed = true }), nil, ""},
		{"with limiters", `{"limiters":[{"kind":"count","limit":9}]}`, plain, nil, ""},
		{"of a registered kind", `{"kind":"by"}`, plain, nil, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			q, amount, s := defineIn(t, r, c.fields).Quick(), value.Of(c.amount), c.s
			stepped := q.Step(&s, &amount)
			if stepped != (c.want != "") || !stepped && s != c.s || stepped && s.Progress.String() != c.want {
				t.Errorf("stepped %v to %v, want %q", stepped, s.Progress, c.want)
			}
		})
	}
}
