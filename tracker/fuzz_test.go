package tracker_test

import (
	"bytes"
	"math"
	"reflect"
	"testing"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// dice makes choices out of a fuzzer's bytes; when they are used up, every choice is the first.
type dice struct{ bytes []byte }

func (d *dice) roll(sides int) int {
	if len(d.bytes) == 0 {
		return 0
	}
	n := int(d.bytes[0]) % sides
	d.bytes = d.bytes[1:]
	return n
}

func (d *dice) yes() bool { return d.roll(2) == 1 }

var targets = []float64{10, 1, 0.3, 0.1, 25, 5, 1e15, 9007199254740993, 1e20, 1e300, 0, -2.5, 7}

var amounts = []any{
	int64(1), 0.1, int64(10), -0.5, int64(100), 33.6, "2.5", " 7\n", nil, true, "x",
	[]any{},
	int64(math.MaxInt64), int64(math.MinInt64),
	1e19, 1e300, -1e308, 0.000001, "nan", 12345678901234567.0, int64(-3),
}

func (d *dice) number() decimal.Decimal {
	n, _ := decimal.FromFloat(targets[d.roll(len(targets))])
	return n
}

func (d *dice) limiters() []limiter.Limiter {
	var list []limiter.Limiter
	for range d.roll(4) {
		list = append(list, []limiter.Limiter{
			limiter.Count(3), limiter.Count(1), limiter.Window(at(5), at(20)), limiter.Until(at(30)),
			limiter.From(at(10), 7*1e9), limiter.For(15 * 1e9), limiter.Custom("bucket", nil),
		}[d.roll(7)])
	}
	return list
}

func (d *dice) spec() tracker.Spec {
	s := tracker.Spec{
		Name: "t", Kind: []string{"sum", "count", "by"}[d.roll(3)],
		Limiters: d.limiters(), Reset: tracker.Policy(d.roll(4)),
		Loop: d.yes(), Carry: d.yes(), Keep: d.yes(),
	}
	if s.Kind == tracker.KindSum {
		s.Key = "v"
	}
	for range 1 + d.roll(4) {
		s.Targets = append(s.Targets, d.number())
	}
	if d.yes() {
		s.Initial = d.number()
	}
	return s
}

// walk is a tracker that goes from state to state, each checked against what must hold for all.
type walk struct {
	*testing.T
	d   *tracker.Definition
	s   tracker.State
	now int64
}

// go1 makes one random move and checks where it led.
func (w *walk) go1(d *dice) {
	before, text := w.s, tracker.AppendState(nil, &w.s)
	w.now += []int64{0, 1, 999, 1000, 7000}[d.roll(5)]
	var events []tracker.Event
	switch d.roll(8) {
	case 6:
		policy := tracker.Policy(d.roll(8))
		w.s, events, _ = w.d.Reset(w.s, tracker.ResetOptions{Policy: policy}, w.now, nil)
	case 7:
		w.s, events, _ = w.d.SetProgress(w.s, d.number(), w.now, nil)
		w.settled()
	case 5:
		var changed bool
		w.s, changed, events = w.d.Tick(w.s, w.now, nil)
		w.swept(before, changed, events)
	default:
		events = w.step(before, d)
	}
	if !bytes.Equal(tracker.AppendState(nil, &before), text) {
		w.Fatalf("a state was changed in place: %s", w.d.JSON())
	}
	w.plausible(before, events)
	w.survives()
}

func (w *walk) step(before tracker.State, d *dice) []tracker.Event {
	amount := value.Of(amounts[d.roll(len(amounts))])
	in := tracker.Input{Values: []*value.Value{&amount}, Data: map[string]any{"by": d.roll(7)}}
	var outcome tracker.Outcome
	var events []tracker.Event
	w.s, outcome, events = w.d.Step(w.s, in, w.now, nil)
	w.quick(before, &amount, outcome, events)
	switch {
	case (outcome == tracker.AlreadyCompleted) != before.Completed:
		w.Fatalf("completed %v, outcome %v", before.Completed, outcome)
	case before.Limited && !before.Completed && outcome != tracker.Refused:
		w.Fatalf("a limited tracker took data: %v", outcome)
	case outcome == tracker.Changed:
		w.settled()
	case outcome == tracker.BecameLimited:
		w.swept(before, true, events)
	case !reflect.DeepEqual(before, w.s) || len(events) != 0:
		w.Fatalf("outcome %v, and yet %+v became %+v with %v", outcome, before, w.s, tell(events))
	}
	return events
}

// quick: the quick form makes the same step in place, or leaves the state alone.
func (w *walk) quick(s tracker.State, amount *value.Value, outcome tracker.Outcome, events []tracker.Event) {
	want := s
	n, ok := uint64(1), true
	if w.d.Fast() == tracker.FastAddValue {
		n, ok = uint64(amount.Int()), amount.Kind() == value.Int && amount.Int() >= 0
	}
	if !ok {
		n = 1 << 63 // which no step adds
	}
	s, stepped := stepFast(s, n, w.d.FastLimit())
	if stepped {
		want = w.s
		if outcome != tracker.Changed || len(events) > 0 {
			w.Fatalf("%s: the quick form steps, which has the outcome %v and %v", w.d.JSON(), outcome, tell(events))
		}
	}
	if !reflect.DeepEqual(s, want) {
		w.Fatalf("%s: the quick form leads to %+v, want %+v", w.d.JSON(), s, want)
	}
}

// stepFast is what adding n in place makes of a state.
func stepFast(s tracker.State, n, limit uint64) (tracker.State, bool) {
	packed, overflow := states.Pack(&s)
	var table states.Table
	table.Append(packed)
	rules := states.NewStepRules(0, []uint16{1}, []states.StepRule{{}, {Limit: limit, Amount: 1}})
	results := table.StepAll([]int32{0}, &rules, []uint64{5, n}, nil)
	return table.At(0).State(overflow), len(results) > 0
}

// settled: no target is reached and not completed.
func (w *walk) settled() {
	spec := w.d.Spec()
	target := spec.Targets[w.s.Stage-1]
	last := int(w.s.Stage) == len(spec.Targets)
	if reached := w.s.Progress.Cmp(target) >= 0; reached != w.s.Completed {
		w.Fatalf("%s: progress %v, target %v, completed %v", w.d.JSON(), w.s.Progress, target, w.s.Completed)
	}
	if w.s.Completed && (!last || spec.Loop) {
		w.Fatalf("%s: completed in stage %d", w.d.JSON(), w.s.Stage)
	}
}

// swept: limited with its event, and nothing else.
func (w *walk) swept(before tracker.State, changed bool, events []tracker.Event) {
	if changed {
		before.Limited = true
		if len(events) != 1 || events[0].Kind != tracker.EventLimited || events[0].Limiter == "" {
			w.Fatalf("became limited with %v", tell(events))
		}
	}
	if !reflect.DeepEqual(before, w.s) || !changed && len(events) > 0 {
		w.Fatalf("changed %v: %+v became %+v", changed, before, w.s)
	}
}

func (w *walk) plausible(before tracker.State, events []tracker.Event) {
	spec := w.d.Spec()
	stages := len(spec.Targets)
	f := w.s.Progress.Float64()
	if w.s.Stage < 1 || int(w.s.Stage) > stages || w.s.Cycle < 1 || math.IsNaN(f) || math.IsInf(f, 0) {
		w.Fatalf("%s: %+v", w.d.JSON(), w.s)
	}
	if len(events) > 4*stages+2 {
		w.Fatalf("%s: %d events of one move", w.d.JSON(), len(events))
	}
	for _, e := range events {
		if e.Definition != w.d || (e.Kind == tracker.EventAllCompleted) != e.State.Completed {
			w.Fatalf("event %v", tell(events))
		}
		if e.Kind == tracker.EventLimited && before.Limited {
			w.Fatalf("limited again: %v", tell(events))
		}
	}
	if cycles := cyclesOf(events, stages); spec.Loop && cycles < w.s.Cycle-before.Cycle {
		w.Fatalf("from cycle %d to %d, told of %d", before.Cycle, w.s.Cycle, cycles)
	}
	if due := w.d.Due(&w.s); w.s.Extra == nil && due != limiter.Never {
		w.Fatalf("due at %d without an Extra", due)
	}
}

// survives: what a store gets is what it gives back.
func (w *walk) survives() {
	text := tracker.AppendState([]byte("before"), &w.s)[len("before"):]
	read, rest, err := w.d.ReadState(append(text, "after"...))
	if err != nil || string(rest) != "after" {
		w.Fatalf("%+v is %x, read back with %q left: %v", w.s, text, rest, err)
	}
	if again := tracker.AppendState(nil, &read); !bytes.Equal(again, text) {
		w.Fatalf("%+v is %x, and then %x", w.s, text, again)
	}
	a, b := w.d.Snapshot("g", w.s), w.d.Snapshot("g", read)
	if !reflect.DeepEqual(a, b) {
		w.Fatalf("%+v\nis read back as\n%+v", a, b)
	}
}

func FuzzStep(f *testing.F) {
	r := buckets(f)
	if err := r.Register("by", stepByFactory); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("\x00\x02\x00\x01\x02\x01\x01\x01\x03\x00\x00\x01"), []byte("\x04\x01\x01\x02\x03\x05\x06\x07\x04\x03"))
	f.Add([]byte("\x00\x00\x03\x01\x01\x00\x00\x02\x00"), []byte("\x00\x00\x0f\x00\x00\x0f\x00\x01\x04"))
	f.Add([]byte("\x01\x03\x06\x02\x05\x02\x01\x00\x01\x02\x05\x03\x05"), bytes.Repeat([]byte("\x03\x00\x02\x01\x06\x03"), 12))
	f.Add([]byte("\x02\x01\x06\x03\x01\x01\x01\x01\x05\x01"), bytes.Repeat([]byte("\x00\x01\x03\x04"), 12))
	f.Fuzz(func(t *testing.T, what, moves []byte) {
		d, err := tracker.New((&dice{what}).spec(), r)
		if err != nil {
			return
		}
		s, err := d.Start(0, true)
		if err != nil {
			t.Fatal(err)
		}
		w := &walk{T: t, d: d, s: s}
		for m := (&dice{moves}); len(m.bytes) > 0; {
			w.go1(m)
		}
	})
}

// Any JSON is refused or makes a definition that its own text gives again.
func FuzzDefinition(f *testing.F) {
	r := buckets(f)
	if err := r.Register("by", stepByFactory); err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{
		`{"name":"t","kind":"count","targets":[3,0.5],"where":[{"op":"in","key":"a.b","value":[1,"x",null]}]}`,
		`{"name":"t","kind":"sum","key":"v","targets":[1e20],"limiters":[{"kind":"time","start":5,"duration":"1h"},{"kind":"count","limit":2}]}`,
		`{"name":"t","kind":"by","args":{"a":[1,2]},"targets":[1],"limiters":[{"kind":"bucket","args":null}],"reset":["progress"],"loop":true,"carry":true}`,
		`{"name":"t","kind":"count","targets":[1],"expire_at":"2030-01-01T00:00:00.5+01:00","keep":true,"initial":-1}`,
		`{"name":"t","kind":"count","targets":[1],"expire":"1h","where":[{"op":"contains","key":"a","value":"\u00df","case_sensitive":false}]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := rawjson.Decode(text)
		if err != nil {
			return
		}
		d, err := r.Parse(v)
		if err != nil {
			if d != nil || err.Error() == "" {
				t.Fatalf("%s: refused with %v, %q", text, d, err)
			}
			return
		}
		again, err := r.Parse(d.Fields())
		if err != nil || again.ID() != d.ID() {
			t.Fatalf("%s: Parse(Fields()): %v", d.JSON(), err)
		}
		stored, err := r.Parse(decode(t, string(d.JSON())))
		if err != nil || stored.ID() != d.ID() || !reflect.DeepEqual(stored.Spec().Targets, d.Spec().Targets) {
			t.Fatalf("%s: read back: %v", d.JSON(), err)
		}
		if s, err := d.Start(0, true); err != nil || s.Stage != 1 {
			t.Fatalf("%s: start: %v", d.JSON(), err)
		}
	})
}
