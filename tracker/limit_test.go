package tracker_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// bucket is a custom rule: two steps, three after each stage; its state is what is left and how often it began.
type bucket struct{ limiter.BaseRule }

var errBucket = errors.New("want no args")

func private(b ...byte) limiter.State { return limiter.State{PrivateState: b} }

func (bucket) Start(limiter.Input) (limiter.State, error) { return private(2, 3), nil }

func (bucket) Before(_ limiter.State, in limiter.Input) limiter.Verdict {
	return limiter.Verdict(len(in.Data))
}

func (bucket) After(s limiter.State, _ limiter.Input) (limiter.State, bool) {
	own := s.PrivateState
	return private(own[0]-1, own[1]), own[0] == 1
}

func (bucket) StageDone(s limiter.State, _ limiter.Input) (limiter.State, bool) {
	return private(3, s.PrivateState[1]+1), false
}

func (bucket) Reset(s limiter.State, r limiter.Reset, _ limiter.Input) (limiter.State, bool, error) {
	if r.Args == "stay" {
		return private(0, 9), true, nil
	}
	if r.Args != nil {
		return s, false, errBucket
	}
	return private(2, 9), false, nil
}

// stuck is a bucket that a completed stage leaves empty, and that stops whoever asks without data.
type stuck struct{ bucket }

func (stuck) Before(_ limiter.State, in limiter.Input) limiter.Verdict {
	if in.Data == nil {
		return limiter.Stop
	}
	return limiter.Pass
}

func (stuck) StageDone(s limiter.State, _ limiter.Input) (limiter.State, bool) { return s, true }

func buckets(t testing.TB) *tracker.Registry {
	t.Helper()
	r := &tracker.Registry{}
	for name, rule := range map[string]limiter.Rule{"bucket": bucket{}, "stuck": stuck{}} {
		if err := r.Limiters.Register(name, func(any) (limiter.Rule, error) { return rule, nil }); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// One event tells of becoming limited, by the first limiter that did it; then data is refused in silence.
func TestLimitedOnce(t *testing.T) {
	d := defineIn(t, buckets(t), `{"targets":[9],"limiters":[{"kind":"bucket"},{"kind":"count","limit":2}]}`)
	s := begun(t, d, 0)
	s, outcome, events := d.Step(s, tracker.Input{}, 0, nil)
	if outcome != tracker.Changed || len(events) != 0 {
		t.Fatalf("first: %v, %v", outcome, kinds(events))
	}
	s, outcome, events = d.Step(s, tracker.Input{}, 0, nil)
	if outcome != tracker.Changed || !s.Limited || len(events) != 1 || events[0].Limiter != "bucket" || s.Extra.Limits[1].Left != 0 {
		t.Fatalf("second: %v, %+v", outcome, events)
	}
	for range 3 {
		next, outcome, events := d.Step(s, tracker.Input{}, 0, nil)
		if outcome != tracker.Refused || len(events) != 0 || !cmp.Equal(next.Extra, s.Extra) {
			t.Fatalf("third: %v, %v, %+v", outcome, kinds(events), next)
		}
	}
}

func TestVerdicts(t *testing.T) {
	d := defineIn(t, buckets(t), `{"limiters":[{"kind":"count","limit":2},{"kind":"bucket"}]}`)
	s := begun(t, d, 0)
	hold, outcome, events := d.Step(s, tracker.Input{Data: map[string]any{"a": 1}}, 0, nil)
	if outcome != tracker.Refused || hold.Limited || len(events) != 0 {
		t.Errorf("hold: %v, %+v", outcome, hold)
	}
	stop, outcome, events := d.Step(s, tracker.Input{Data: map[string]any{"a": 1, "b": 2}}, 0, nil)
	if outcome != tracker.BecameLimited || !stop.Limited || len(events) != 1 || events[0].Limiter != "bucket" {
		t.Errorf("stop: %v, %+v", outcome, events)
	}
	for _, refused := range []tracker.State{hold, stop} {
		if refused.Extra.Limits[0].Left != 2 || refused.Extra.Limits[1].PrivateState[0] != 2 || refused.Progress.Sign() != 0 {
			t.Errorf("refused data used something up: %+v", refused)
		}
	}
}

// Data that gives no step uses no limiter up.
func TestNoStepUsesNothingUp(t *testing.T) {
	d := define(t, `{"kind":"sum","key":"v","limiters":[{"kind":"count","limit":2}]}`)
	s := begun(t, d, 0)
	for _, amount := range []any{nil, true, false, "", "x", "nan", "inf", "0x10", "1_000", "1,5", "\v1", []any{1}, map[string]any{}, false} {
		next, outcome, events := add(t, d, s, amount)
		if outcome != tracker.Unchanged || len(events) != 0 || next.Extra.Limits[0].Left != 2 {
			t.Errorf("%v: %v, %+v", amount, outcome, next.Extra)
		}
	}
	for _, amount := range []any{" \t1\r\n", "+.5e1", "-1.", 0, 1.5, "1e-400"} {
		if next, outcome, _ := add(t, d, s, amount); outcome != tracker.Changed || next.Extra.Limits[0].Left != 1 {
			t.Errorf("%v: %v, %+v", amount, outcome, next.Extra)
		}
	}
}

// A stage that resets the limiters refills them, and is not charged for itself.
func TestStageRefills(t *testing.T) {
	for policy, left := range map[string]int64{"limiter": 5, "all": 5, "none": 4, "progress": 4} {
		d := define(t, `{"targets":[1,9],"limiters":[{"kind":"count","limit":5}],"reset":"`+policy+`"}`)
		s, _, _ := d.Step(begun(t, d, 0), tracker.Input{}, 0, nil)
		if s.Stage != 2 || s.Extra.Limits[0].Left != left {
			t.Errorf("%s: stage %d, %d left, want %d", policy, s.Stage, s.Extra.Limits[0].Left, left)
		}
	}
	d := defineIn(t, buckets(t), `{"targets":[1,9],"limiters":[{"kind":"bucket"}]}`)
	if s, _, _ := d.Step(begun(t, d, 0), tracker.Input{}, 0, nil); !cmp.Equal(s.Extra.Limits[0].PrivateState, []byte{3, 4}) {
		t.Errorf("custom: %v", s.Extra.Limits[0].PrivateState)
	}
}

// The last step that a limit allows may complete the tracker: it is then done, and not limited.
func TestDoneIsNotLimited(t *testing.T) {
	d := define(t, `{"targets":[2],"limiters":[{"kind":"count","limit":2}]}`)
	s, _, _ := d.Step(begun(t, d, 0), tracker.Input{}, 0, nil)
	s, outcome, events := d.Step(s, tracker.Input{}, 0, nil)
	if outcome != tracker.Changed || !s.Completed || s.Limited || len(events) != 1 || events[0].Kind != tracker.EventAllCompleted {
		t.Errorf("%v, %+v, %v", outcome, s, kinds(events))
	}
}

// Every limiter is reset, also after one that stays limited; and an error changes none.
func TestResetReachesEveryLimiter(t *testing.T) {
	d := defineIn(t, buckets(t), `{"targets":[9],"limiters":[{"kind":"count","limit":2},{"kind":"bucket"},{"kind":"time","start":0,"end":10}]}`)
	s, _, _ := d.Step(begun(t, d, 0), tracker.Input{}, 0, nil)
	next, events, err := d.Reset(s, resetLimit(0), 30*second, nil)
	if err != nil || !next.Limited || len(events) != 1 || events[0].Kind != tracker.EventReset || !events[0].State.Limited {
		t.Fatalf("%+v, %v, %v", next, kinds(events), err)
	}
	limits := next.Extra.Limits
	if limits[0].Left != 0 || limits[1].PrivateState[1] != 9 || limits[2].Start != 30 || limits[2].End != 40 {
		t.Errorf("limiters %+v", limits)
	}
	by := tracker.ResetOptions{Args: "stay"}
	if next, _, err = d.Reset(s, by, 30*second, nil); err != nil || !next.Limited || next.Extra.Limits[0].Left != 2 || next.Extra.Limits[2].Start != 30 {
		t.Errorf("a custom one stays limited: %+v, %v", next.Extra, err)
	}
	by.Args = 7
	failed, events, err := d.Reset(s, by, 30*second, nil)
	if !errors.Is(err, errBucket) || len(events) != 0 || !cmp.Equal(failed.Extra, s.Extra) {
		t.Errorf("a custom one refuses: %v, %v", err, kinds(events))
	}
	var errs field.Errors
	if errors.As(err, &errs) && errs[0].Path != "limiters[1]" {
		t.Errorf("the error is about %q", errs[0].Path)
	}
}
