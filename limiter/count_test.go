package limiter_test

import (
	"testing"

	"github.com/dictrack/dictrack/limiter"
)

func TestCountUsesUp(t *testing.T) {
	l, c := limiter.Count(3), limiter.Input{Now: 1000}
	s, err := l.Start(c)
	if err != nil || s.Limit != 3 || s.Left != 3 {
		t.Fatalf("start %+v, %v", s, err)
	}
	for i, want := range []bool{false, false, true} {
		if v := l.Before(s, c); v != limiter.Pass {
			t.Errorf("step %d: verdict %d", i+1, v)
		}
		var limited bool
		if s, limited = l.After(s, c); limited != want || s.Left != int64(2-i) {
			t.Errorf("step %d: limited %v, left %d", i+1, limited, s.Left)
		}
	}
	if due := l.Due(s); due != limiter.Never {
		t.Errorf("due %d", due)
	}
	if s, limited := l.StageDone(s, c); limited || s.Left != 3 {
		t.Errorf("a stage is done: limited %v, left %d", limited, s.Left)
	}
}

func TestCountReset(t *testing.T) {
	l := limiter.Count(3)
	limit := func(n int64) limiter.Reset { return limiter.Reset{Limit: limiter.NewLimit(n)} }
	cases := []struct {
		name    string
		reset   limiter.Reset
		left    int64
		limited bool
	}{
		{"no new limit", limiter.Reset{}, 3, false},
		{"a new limit", limit(5), 5, false},
		{"a limit of 0", limit(0), 0, true},
		{"a duration has no effect", limiter.Reset{Duration: 1e9}, 3, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if err := c.reset.Check(); err != nil {
				t.Fatal(err)
			}
			s, limited, err := l.Reset(limiter.State{Limit: 3, Left: 1}, c.reset, limiter.Input{})
			if err != nil || s.Left != c.left || limited != c.limited {
				t.Fatalf("left %d, limited %v, %v", s.Left, limited, err)
			}
			s.Left = -1
			if s, limited = l.StageDone(s, limiter.Input{}); s.Left != c.left || limited != c.limited {
				t.Errorf("the limit does not stay: a stage refills to %d, limited %v", s.Left, limited)
			}
			if s, _, _ = l.Reset(s, limiter.Reset{}, limiter.Input{}); s.Left != c.left {
				t.Errorf("the limit does not stay: a reset refills to %d", s.Left)
			}
		})
	}
}

func TestResetCheck(t *testing.T) {
	for _, r := range []limiter.Reset{{Limit: limiter.NewLimit(-1)}, {Duration: 1}, {Duration: -1e9}, {Duration: 1500e6}} {
		if err := r.Check(); err == nil {
			t.Errorf("%+v passes", r)
		}
	}
}
