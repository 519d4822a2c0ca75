package tracker_test

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// lowest is a kind with its own rule of completion: the smallest number at "lap" is at most the target.
type lowest struct {
	tracker.BaseKind
	paths []dotpath.Request
}

func newLowest(any) (tracker.Kind, error) {
	path, err := dotpath.Parse("lap")
	return lowest{paths: []dotpath.Request{{Path: path}}}, err
}

func (k lowest) Paths() []dotpath.Request { return k.paths }

func (lowest) Step(s tracker.KindState, in tracker.Input) (tracker.KindState, bool) {
	lap, ok := in.Values[0].Decimal()
	if s.PrivateState == nil || lap.Cmp(s.Progress) < 0 {
		s.Progress = lap
	}
	s.PrivateState = []byte{1} // not empty
	return s, ok
}

func (lowest) Reached(s tracker.KindState, target decimal.Decimal) bool {
	return s.PrivateState != nil && s.Progress.Cmp(target) <= 0
}

func TestKindWithPathsAndItsOwnCompletion(t *testing.T) {
	r := custom(t, map[string]tracker.KindFactory{"lowest": newLowest})
	d := defineIn(t, r, `{"kind":"lowest","targets":[60,55],"reset":"none"}`)
	if d.NeedsData() || !d.Custom() || len(d.Paths()) != 1 || d.FastLimit() != 0 {
		t.Errorf("needs data %v, custom %v, paths %v, fast limit %d", d.NeedsData(), d.Custom(), d.Paths(), d.FastLimit())
	}
	s := begun(t, d, 0)
	for _, c := range []struct {
		lap, progress string
		events        int
		stage         int32
	}{{"70", "70", 0, 1}, {"58", "58", 1, 2}, {"90", "58", 0, 2}, {"50", "50", 1, 2}} {
		lap := value.Of(c.lap)
		var events []tracker.Event
		s, _, events = d.Step(s, tracker.Input{Values: []*value.Value{&lap}}, 0, nil)
		if s.Progress.String() != c.progress || len(events) != c.events || s.Stage != c.stage {
			t.Errorf("lap %s: %v, %v", c.lap, s.Progress, events)
		}
	}
	if !s.Completed {
		t.Errorf("not completed: %+v", s)
	}
}

// alarm is a kind that the clock moves: progress rises by 1 ten seconds after the tracker was added.
type alarm struct{ tracker.BaseKind }

func (alarm) Step(s tracker.KindState, _ tracker.Input) (tracker.KindState, bool) { return s, false }

func (alarm) Reset(now int64) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(now)+10*second)
}

func (alarm) Due(s tracker.KindState) int64 {
	if len(s.PrivateState) != 8 {
		return limiter.Never
	}
	return int64(binary.BigEndian.Uint64(s.PrivateState))
}

func (alarm) Tick(s tracker.KindState, _ int64) (tracker.KindState, bool) {
	return tracker.KindState{Progress: s.Progress.Add(decimal.FromInt(1)), PrivateState: []byte("fired")}, true
}

func (alarm) Describe(s tracker.KindState) map[string]any {
	return map[string]any{"fired": string(s.PrivateState) == "fired"}
}

func TestKindThatTheClockMoves(t *testing.T) {
	r := custom(t, map[string]tracker.KindFactory{"alarm": func(any) (tracker.Kind, error) { return alarm{}, nil }})
	d := defineIn(t, r, `{"kind":"alarm","targets":[1],"keep":true,"reset":"none"}`)
	s := begun(t, d, 5*second)
	if due := d.Due(&s); due != 15*second {
		t.Fatalf("due at %d", due)
	}
	if _, changed, events := d.Tick(s, 15*second-1, nil); changed || len(events) > 0 {
		t.Errorf("too early: %v", events)
	}
	next, changed, events := d.Tick(s, 15*second, nil)
	if !changed || !next.Completed || len(events) != 1 || events[0].Kind != tracker.EventAllCompleted {
		t.Fatalf("%+v, %v", next, events)
	}
	if due := d.Due(&next); due != limiter.Never {
		t.Errorf("completed, and due at %d", due)
	}
	if snap := d.Snapshot("g", next); snap.Details["fired"] != true || snap.String() != "t 1/1, stage 1 of 1, completed" {
		t.Errorf("%v, %v", snap, snap.Details)
	}
	again, _, err := d.Reset(next, reset(tracker.ResetProgress), 20*second, nil)
	if err != nil || d.Due(&again) != 30*second {
		t.Errorf("after a reset due at %d, %v", d.Due(&again), err)
	}
}

func TestLimitedTellsWhichLimiter(t *testing.T) {
	d := define(t, `{"targets":[9],"limiters":[{"kind":"count","limit":5},{"kind":"count","limit":1}]}`)
	s, _, events := d.Step(begun(t, d, 0), tracker.Input{}, 0, nil)
	if len(events) != 1 || events[0].Limiter != "count" || events[0].LimiterIndex != 1 {
		t.Fatalf("%v", events)
	}
	if text := events[0].String(); !strings.HasSuffix(text, "limited, by limiter 1 (count)") {
		t.Errorf("%q", text)
	}
	if snap := d.Snapshot("g", s); snap.Limiters[1].Index != 1 || snap.Limiters[1].Left != 0 {
		t.Errorf("%+v", snap.Limiters)
	}
}

// seesTracker is a limiter that holds back steps from a progress of 2 on, in the first stage only.
type seesTracker struct{ limiter.BaseRule }

func (seesTracker) Before(_ limiter.State, in limiter.Input) limiter.Verdict {
	if in.Stage == 1 && in.Target.String() == "9" && in.Progress.Cmp(decimal.FromInt(2)) >= 0 {
		return limiter.Hold
	}
	return limiter.Pass
}

func TestLimiterSeesTheTracker(t *testing.T) {
	r := &tracker.Registry{}
	if err := r.Limiters.Register("sees", func(any) (limiter.Rule, error) { return seesTracker{}, nil }); err != nil {
		t.Fatal(err)
	}
	d := defineIn(t, r, `{"targets":[9],"limiters":[{"kind":"sees"}]}`)
	s := begun(t, d, 0)
	for i, want := range []tracker.Outcome{tracker.Changed, tracker.Changed, tracker.Refused} {
		var outcome tracker.Outcome
		if s, outcome, _ = d.Step(s, tracker.Input{}, 0, nil); outcome != want {
			t.Errorf("step %d: %v, want %v", i, outcome, want)
		}
	}
}

// The zero Policy of a Spec is the default of definition files.
func TestZeroPolicyIsTheDefault(t *testing.T) {
	spec := tracker.Spec{Name: "t", Kind: tracker.KindCount, Targets: []decimal.Decimal{decimal.FromInt(3)}}
	d, err := tracker.New(spec, nil)
	if err != nil || d.ID() != define(t, `{}`).ID() || d.Spec().Reset != tracker.ResetLimiter {
		t.Errorf("%s, %v", d.JSON(), err)
	}
	spec.Reset = tracker.ResetNone
	if d, err = tracker.New(spec, nil); err != nil || d.ID() != define(t, `{"reset":"none"}`).ID() {
		t.Errorf("%s, %v", d.JSON(), err)
	}
}
