package tracker_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/tracker"
)

// tell is a line for each event: kind, stage, cycle, progress, and what else it says.
func tell(events []tracker.Event) []string {
	var lines []string
	for _, e := range events {
		line := fmt.Sprintf("%s %d/%d %v", e.Kind, e.State.Stage, e.State.Cycle, e.State.Progress)
		if e.Cycles != 0 {
			line += fmt.Sprintf(" x%d", e.Cycles)
		}
		if e.State.Completed {
			line += " completed"
		}
		lines = append(lines, line)
	}
	return lines
}

// One data goes as far as it reaches. What must happen is written as the events' lines, then the state.
func TestOneDataGoesAsFarAsItReaches(t *testing.T) {
	cases := []struct {
		name, fields string
		amount       any
		want         string
	}{
		{
			"all stages at once", `{"targets":[10,50,100],"reset":"none"}`, 500,
			"STAGE_COMPLETED 1/1 500; STAGE_COMPLETED 2/1 500; ALL_COMPLETED 3/1 500 completed; 3/1 500",
		},
		{
			"the reset comes after its stage, and shows the next", `{"targets":[10,50],"reset":"all"}`, 17,
			"STAGE_COMPLETED 1/1 17; RESET 2/1 0; 2/1 0",
		},
		{
			"carry over stages", `{"targets":[10,50,100],"reset":"all","carry":true}`, 70,
			"STAGE_COMPLETED 1/1 70; RESET 2/1 60; STAGE_COMPLETED 2/1 60; RESET 3/1 10; 3/1 10",
		},
		{
			"a loop starts at 0", `{"targets":[10],"loop":true,"reset":"none"}`, 35,
			"STAGE_COMPLETED 1/1 35; 1/2 0",
		},
		{
			"a loop repeats all its targets", `{"targets":[10,20],"loop":true,"reset":"none"}`, 35,
			"STAGE_COMPLETED 1/1 35; STAGE_COMPLETED 2/1 35; 1/2 0",
		},
		{
			"whole cycles have no events of their own", `{"targets":[10],"loop":true,"carry":true,"reset":"none"}`, 35,
			"STAGE_COMPLETED 1/1 35 x3; 1/4 5",
		},
		{
			"a carried cycle goes on into stages", `{"targets":[10,20],"loop":true,"carry":true,"reset":"none"}`, 35,
			"STAGE_COMPLETED 1/1 35; STAGE_COMPLETED 2/1 35; STAGE_COMPLETED 1/2 15; 2/2 15",
		},
		{
			"unsorted targets", `{"targets":[20,10],"loop":true,"carry":true,"reset":"none"}`, 45,
			"STAGE_COMPLETED 1/1 45; STAGE_COMPLETED 2/1 45 x3; 1/4 15",
		},
		{
			"unsorted targets with reset", `{"targets":[20,10],"loop":true,"carry":true,"reset":"progress"}`, 75,
			"STAGE_COMPLETED 1/1 75; RESET 2/1 55; STAGE_COMPLETED 2/1 55 x2; RESET 1/3 15; 1/3 15",
		},
		{
			"huge carry", `{"targets":[0.3],"loop":true,"carry":true,"reset":"none"}`, 1e300,
			"STAGE_COMPLETED 1/1 1e+300 x9223372036854775807; 1/9223372036854775807 0.1",
		},
		{
			"as far down as float64 goes", `{"targets":[0.3],"reset":"none"}`, -1.7e308,
			"1/1 -1.7e+308",
		},
		{
			"targets below 0", `{"targets":[-10,-5,1],"reset":"none"}`, -7,
			"STAGE_COMPLETED 1/1 -7; 2/1 -7",
		},
		{
			"a target of 0 after a reset", `{"targets":[5,0,3],"reset":"progress"}`, 5,
			"STAGE_COMPLETED 1/1 5; RESET 2/1 0; STAGE_COMPLETED 2/1 0; RESET 3/1 0; 3/1 0",
		},
		{
			"initial at the target waits for a step", `{"targets":[5,9],"initial":7,"reset":"none"}`, 0,
			"STAGE_COMPLETED 1/1 7; 2/1 7",
		},
		{
			"initial at the target, and a step back", `{"targets":[5],"initial":7}`, -3,
			"1/1 4",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			d := define(t, `{"kind":"sum","key":"v",`+c.fields[1:])
			s, outcome, events := add(t, d, begun(t, d, 0), c.amount)
			got := append(tell(events), fmt.Sprintf("%d/%d %v", s.Stage, s.Cycle, s.Progress))
			if diff := cmp.Diff(c.want, strings.Join(got, "; ")); diff != "" || outcome != tracker.Changed {
				t.Errorf("outcome %v (-want +got):\n%s", outcome, diff)
			}
		})
	}
}

func TestProgressIsDecimal(t *testing.T) {
	cases := []struct {
		amounts []any
		want    string
	}{
		{slices.Repeat([]any{0.1}, 10), "1"},
		{[]any{33.1, 33.6, 33.6}, "100.3"},
		{[]any{"0.1", " 0.2 ", -0.3}, "0"},
		{[]any{float32(0.1), 0.1}, "0.20000000149011612"},
		{[]any{int64(math.MaxInt64), int64(-math.MaxInt64), 1}, "1"},
		{[]any{int64(math.MinInt64), int64(math.MaxInt64)}, "-1"},
		{[]any{int64(9223372036854775807), 0.5}, "9223372036854776000"}, // 20 digits: goes on as float64
		{[]any{int64(922337203685477580), 0.5}, "922337203685477580.5"}, // 19 digits: exact
		{[]any{int64(math.MaxInt64), int64(776627963145224192)}, "9999999999999999999"},
		{[]any{int64(math.MaxInt64), int64(776627963145224192), 1}, "10000000000000000000"},
		{[]any{1e308, 1e308}, "1.7976931348623157e+308"},
	}
	d := define(t, `{"kind":"sum","key":"v","targets":[1.7e308],"reset":"none"}`)
	for _, c := range cases {
		s := begun(t, d, 0)
		for _, amount := range c.amounts {
			s, _, _ = add(t, d, s, amount)
		}
		if got := s.Progress.String(); got != c.want {
			t.Errorf("%v: %s, want %s", c.amounts, got, c.want)
		}
	}
}

// The shortcut over whole cycles must lead where taking each stage by itself leads.
func TestWholeCyclesEqualOneByOne(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	pool := []float64{0.1, 0.3, 0.5, 1, 2, 2.5, 3, 7, 10}
	for range 3000 {
		spec := tracker.Spec{
			Name: "t", Kind: tracker.KindSum, Key: "v", Loop: true, Carry: true,
			Reset: []tracker.Policy{tracker.ResetNone, tracker.ResetProgress, tracker.ResetLimiter, tracker.ResetAll}[random.IntN(4)],
		}
		for range 1 + random.IntN(4) {
			target, _ := decimal.FromFloat(pool[random.IntN(len(pool))])
			spec.Targets = append(spec.Targets, target)
		}
		d, err := tracker.New(spec, nil)
		if err != nil {
			t.Fatal(err)
		}
		s := begun(t, d, 0)
		amount, _ := decimal.FromFloat(float64(random.IntN(2000)) / 8)
		got, events, err := d.SetProgress(s, amount, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		want, completions := oneByOne(spec, s, amount)
		if got != want {
			t.Fatalf("%s at %v: %+v, one by one %+v", d.JSON(), amount, got, want)
		}
		if spanned := cyclesOf(events, len(spec.Targets)); spanned != got.Cycle-1 || int64(len(events)) > 2*completions {
			t.Fatalf("%s at %v: the events tell of %d cycles of %d: %v", d.JSON(), amount, spanned, got.Cycle-1, tell(events))
		}
	}
}

func oneByOne(spec tracker.Spec, s tracker.State, p decimal.Decimal) (_ tracker.State, completions int64) {
	for s.Progress = p; s.Progress.Cmp(spec.Targets[s.Stage-1]) >= 0; completions++ {
		target := spec.Targets[s.Stage-1]
		last := int(s.Stage) == len(spec.Targets)
		if last || spec.Reset.Has(tracker.ResetProgress) {
			s.Progress = s.Progress.Sub(target)
		}
		if s.Stage++; last {
			s.Stage, s.Cycle = 1, s.Cycle+1
		}
	}
	return s, completions
}

// cyclesOf is how many cycles the events tell of.
func cyclesOf(events []tracker.Event, stages int) int64 {
	n := int64(0)
	for _, e := range events {
		if e.Kind == tracker.EventStageCompleted && int(e.State.Stage) == stages {
			n += max(1, e.Cycles)
		}
	}
	return n
}

func TestCyclesStopAtTheLargestNumber(t *testing.T) {
	d := define(t, `{"kind":"sum","key":"v","targets":[0.5],"loop":true,"carry":true}`)
	s := begun(t, d, 0)
	for range 3 {
		s, _, _ = add(t, d, s, 1e300)
	}
	if s.Cycle != math.MaxInt64 || s.Stage != 1 || s.Progress.Cmp(num(t, "0.5")) >= 0 {
		t.Errorf("%+v", s)
	}
	if _, rest, err := d.ReadState(tracker.AppendState(nil, &s)); err != nil || len(rest) != 0 {
		t.Errorf("read back: %v", err)
	}
}
