package tracker_test

import (
	"fmt"
	"testing"

	"github.com/dictrack/dictrack/tracker"
)

func TestPolicyFormsReadBack(t *testing.T) {
	texts := []string{"none", "progress", "limiter", "all", "stage", "progress,stage", "limiter,stage", "all,stage"}
	want := []tracker.Policy{
		tracker.ResetNone, tracker.ResetProgress, tracker.ResetLimiter, tracker.ResetAll, tracker.ResetStage,
		tracker.ResetProgress | tracker.ResetStage, tracker.ResetLimiter | tracker.ResetStage, tracker.ResetAll | tracker.ResetStage,
	}
	numbers := []tracker.Policy{8, 1, 2, 3, 4, 5, 6, 7}
	for i, p := range want {
		if p != numbers[i] || p.String() != texts[i] || !p.Valid() {
			t.Errorf("policy %d is %d, %q, valid %v", i, p, p, p.Valid())
		}
		if read, err := tracker.ParsePolicy(p.Fields()); err != nil || read != p {
			t.Errorf("%s reads back as %s, %v", p, read, err)
		}
	}
	for _, p := range []tracker.Policy{9, 12, 16, 255} {
		if p.Valid() {
			t.Errorf("%d is valid", p)
		}
	}
}

func TestParsePolicy(t *testing.T) {
	cases := []struct {
		in   any
		want tracker.Policy
		ok   bool
	}{
		{[]any{}, tracker.ResetNone, true},
		{[]any{"none", "progress"}, tracker.ResetProgress, true},
		{[]any{"limiter", "progress", "limiter"}, tracker.ResetAll, true},
		{[]any{"all", "stage"}, 7, true},
		{"all,stage", 0, false},
		{"ALL", 0, false},
		{int64(3), 0, false},
		{nil, 0, false},
		{[]any{"all", int64(1)}, 0, false},
		{[]any{"all", []any{"stage"}}, 0, false},
		{map[string]any{}, 0, false},
	}
	for _, c := range cases {
		got, err := tracker.ParsePolicy(c.in)
		if (err == nil) != c.ok || got != c.want {
			t.Errorf("%v: %v, %v", c.in, got, err)
		}
		if err != nil && fmt.Sprint(err) == "" {
			t.Errorf("%v: an error without words", c.in)
		}
	}
}

func TestPolicyHasAllFlagsAskedFor(t *testing.T) {
	if !tracker.ResetAll.Has(tracker.ResetProgress) || tracker.ResetProgress.Has(tracker.ResetAll) || !tracker.ResetNone.Has(tracker.ResetNone) {
		t.Error("Has is wrong about all")
	}
}
