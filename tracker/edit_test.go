package tracker_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

func TestResetState(t *testing.T) {
	fields := `{"kind":"sum","key":"v","targets":[10,20,30],"loop":true,"limiters":[{"kind":"count","limit":5}]}`
	cases := []struct {
		name   string
		policy tracker.Policy
		want   string // stage/cycle progress left
	}{
		{"its own", tracker.ResetDefault, "2/2 15 5"},
		{"none", tracker.ResetNone, "2/2 15 4"},
		{"progress", tracker.ResetProgress, "2/2 0 4"},
		{"limiter", tracker.ResetLimiter, "2/2 15 5"},
		{"all", tracker.ResetAll, "2/2 0 5"},
		{"stage", tracker.ResetStage, "1/1 15 4"},
		{"everything", tracker.ResetAll | tracker.ResetStage, "1/1 0 5"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := define(t, fields)
			s, _, _ := add(t, d, begun(t, d, 0), 30)
			s, _, _ = add(t, d, s, 14)
			s, _, _ = add(t, d, s, 1)
			next, events, err := d.Reset(s, tracker.ResetOptions{Policy: c.policy}, 0, nil)
			if err != nil || len(events) != 1 || events[0].Kind != tracker.EventReset || !reflect.DeepEqual(events[0].State, next) {
				t.Fatalf("%v, %v", kinds(events), err)
			}
			got := strings.Fields(tell([]tracker.Event{{State: next}})[0])
			if left := decimal.FromInt(next.Extra.Limits[0].Left).String(); strings.Join(append(got, left), " ") != c.want {
				t.Errorf("%v, %s left; want %s", got, left, c.want)
			}
		})
	}
}

func TestResetRevives(t *testing.T) {
	d := define(t, `{"targets":[1],"keep":true}`)
	s, _, _ := d.Step(begun(t, d, 0), tracker.Input{}, 0, nil)
	if same, outcome, events := d.Step(s, tracker.Input{}, 0, nil); outcome != tracker.AlreadyCompleted || same != s || len(events) != 0 {
		t.Fatalf("a completed tracker took data: %v, %+v", outcome, same)
	}
	s, _, err := d.Reset(s, reset(tracker.ResetProgress), 0, nil)
	if err != nil || s.Completed {
		t.Fatalf("%+v, %v", s, err)
	}
	if s, outcome, events := d.Step(s, tracker.Input{}, 0, nil); outcome != tracker.Changed || !s.Completed || len(events) != 1 {
		t.Errorf("after the reset: %v, %+v", outcome, s)
	}
}

func TestResetRefusals(t *testing.T) {
	d := define(t, `{"limiters":[{"kind":"count","limit":5}],"reset":"none"}`)
	s := begun(t, d, 0)
	wrong := tracker.ResetNone | tracker.ResetStage
	for name, by := range map[string]tracker.ResetOptions{
		"limit":    {Limit: limiter.NewLimit(-1)}, // also without limiter in the policy
		"duration": {Duration: 1},
		"policy":   {Policy: wrong},
	} {
		next, events, err := d.Reset(s, by, 0, nil)
		var mistake *field.Error
		if !errors.As(err, &mistake) || mistake.Path != name || len(events) != 0 || !reflect.DeepEqual(next, s) {
			t.Errorf("%s: %v, %v", name, err, kinds(events))
		}
	}
	by := resetLimit(2)
	if next, _, err := d.Reset(s, by, 0, nil); err != nil || next.Extra.Limits[0].Limit != 5 {
		t.Errorf("a limit without limiter in the policy: %+v, %v", next.Extra, err)
	}
}

func TestSetProgress(t *testing.T) {
	d := define(t, `{"targets":[3,5,9],"limiters":[{"kind":"count","limit":1}],"keep":true}`)
	s, _, _ := d.Step(begun(t, d, 0), tracker.Input{}, 0, nil)
	if !s.Limited {
		t.Fatal("not limited")
	}
	back, events, err := d.SetProgress(s, num(t, "-2.5"), 0, nil)
	if err != nil || len(events) != 0 || back.Progress.String() != "-2.5" || !back.Limited {
		t.Errorf("back: %+v, %v, %v", back, kinds(events), err)
	}
	on, events, err := d.SetProgress(s, num(t, "5"), 0, nil)
	if err != nil || on.Stage != 3 || on.Limited || on.Extra.Limits[0].Left != 1 || len(events) != 4 {
		t.Errorf("on: %+v, %v, %v", on, kinds(events), err)
	}
	done, events, err := d.SetProgress(s, num(t, "9"), 0, nil)
	if err != nil || !done.Completed || events[len(events)-1].Kind != tracker.EventAllCompleted {
		t.Errorf("done: %+v, %v, %v", done, kinds(events), err)
	}
	if same, events, err := d.SetProgress(done, num(t, "0"), 0, nil); !errors.Is(err, tracker.ErrCompleted) || len(events) != 0 || !reflect.DeepEqual(same, done) {
		t.Errorf("completed: %+v, %v, %v", same, kinds(events), err)
	}
}

func TestResetFreesTheLimited(t *testing.T) {
	d := define(t, `{"targets":[9],"limiters":[{"kind":"count","limit":1}]}`)
	s, _, _ := d.Step(begun(t, d, 0), tracker.Input{}, 0, nil)
	for policy, limited := range map[tracker.Policy]bool{
		tracker.ResetNone: true, tracker.ResetProgress: true, tracker.ResetStage: true, tracker.ResetLimiter: false, tracker.ResetAll: false,
	} {
		next, _, err := d.Reset(s, reset(policy), 0, nil)
		if err != nil || !s.Limited || next.Limited != limited {
			t.Errorf("%v: limited %v, %v", policy, next.Limited, err)
		}
	}
}

// Of several limiters that a completed stage leaves closed, the first is told; and a tracker that was limited already is
// not told again.
func TestLimitedByAStageIsToldOnce(t *testing.T) {
	d := defineIn(t, buckets(t), `{"targets":[1,2,9],"limiters":[{"kind":"bucket"},{"kind":"stuck"},{"kind":"time","end":10}]}`)
	s, events, err := d.SetProgress(begun(t, d, 0), num(t, "2"), 11*second, nil)
	if err != nil || !s.Limited || s.Stage != 3 {
		t.Fatalf("%+v, %v", s, err)
	}
	told := 0
	for _, e := range events {
		if e.Kind == tracker.EventLimited {
			if told++; e.Limiter != "stuck" || e.State.Stage != 2 {
				t.Errorf("told of %q in stage %d", e.Limiter, e.State.Stage)
			}
		}
	}
	if told != 1 {
		t.Errorf("told %d times: %v", told, kinds(events))
	}
	_, events, err = d.SetProgress(s, num(t, "2"), 11*second, nil)
	if err != nil || len(events) != 0 {
		t.Errorf("no stage: %v, %v", kinds(events), err)
	}
}

// A window that is over limits its tracker with an event, also when a hand moves the tracker before the clock does.
func TestLimitedIsToldWhenAStageFindsTheWindowOver(t *testing.T) {
	d := define(t, `{"targets":[3,5],"limiters":[{"kind":"time","end":10}]}`)
	s, events, err := d.SetProgress(begun(t, d, 0), num(t, "3"), 11*second, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, _, events = d.Tick(s, 11*second, events)
	limited := 0
	for _, e := range events {
		if e.Kind == tracker.EventLimited {
			limited++
		}
	}
	if !s.Limited || limited != 1 {
		t.Errorf("limited %v, told %d times: %v", s.Limited, limited, kinds(events))
	}
}

func TestRevise(t *testing.T) {
	d := define(t, `{"targets":[1,5],"where":[{"op":"exists","key":"a"}]}`)
	s, _, _ := d.Step(begun(t, d, 0), tracker.Input{}, 0, nil)
	more, err := d.WithSpec(s, builtin, func(spec *tracker.Spec) { spec.Targets = append(spec.Targets, num(t, "9")) })
	if err != nil || string(more.JSON()) != `{"kind":"count","name":"t","targets":[1,5,9],"where":[{"key":"a","op":"exists"}]}` {
		t.Errorf("more targets: %v", err)
	}
	if len(d.Spec().Targets) != 2 {
		t.Error("the definition itself changed")
	}
	if _, err := d.WithSpec(s, builtin, func(spec *tracker.Spec) { spec.Targets, spec.Loop = append(spec.Targets, num(t, "-1")), true }); err == nil {
		t.Error("a loop that would never end is fine")
	}
	s.Completed = true
	if _, err := d.WithSpec(s, builtin, func(*tracker.Spec) {}); !errors.Is(err, tracker.ErrCompleted) {
		t.Errorf("completed: %v", err)
	}
}

// The revised definition must fit the state it goes on from: else the next step, or the next load, breaks.
func TestReviseRefusesWhatDoesNotFitTheState(t *testing.T) {
	d := define(t, `{"targets":[1,5],"limiters":[{"kind":"count","limit":5}]}`)
	s, _, _ := d.Step(begun(t, d, 0), tracker.Input{}, 0, nil)
	for name, change := range map[string]func(*tracker.Spec){
		"name":     func(spec *tracker.Spec) { spec.Name = "other" },
		"targets":  func(spec *tracker.Spec) { spec.Targets = spec.Targets[:1] },
		"limiters": func(spec *tracker.Spec) { spec.Limiters = append(spec.Limiters, limiter.Count(1)) },
	} {
		_, err := d.WithSpec(s, builtin, change)
		var mistake *field.Error
		if !errors.As(err, &mistake) || mistake.Path != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}
