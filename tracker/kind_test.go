package tracker_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/tracker"
)

// stepBy advances by what data says at "by", and remembers in its own state how often it did.
type stepBy struct{ tracker.BaseKind }

func (stepBy) Step(s tracker.KindState, in tracker.Input) (tracker.KindState, bool) {
	n, ok := field.Int(in.Data["by"])
	return tracker.KindState{
		Progress:     s.Progress.Add(decimal.FromInt(n)),
		PrivateState: append(append([]byte{}, s.PrivateState...), byte(n)),
	}, ok
}

func custom(t *testing.T, kinds map[string]tracker.KindFactory) *tracker.Registry {
	t.Helper()
	r := &tracker.Registry{}
	for kind, factory := range kinds {
		if err := r.Register(kind, factory); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func stepByFactory(any) (tracker.Kind, error) { return stepBy{}, nil }

func TestRegisterRefusesNames(t *testing.T) {
	r := custom(t, map[string]tracker.KindFactory{"by": stepByFactory})
	for _, kind := range []string{"", "count", "sum", "by"} {
		if err := r.Register(kind, stepByFactory); err == nil {
			t.Errorf("%q was registered", kind)
		}
	}
}

func by(d *tracker.Definition, s tracker.State, n any) (tracker.State, tracker.Outcome, []tracker.Event) {
	return d.Step(s, tracker.Input{Data: map[string]any{"by": n}}, 0, nil)
}

func TestCustomKindKeepsItsOwnState(t *testing.T) {
	r := custom(t, map[string]tracker.KindFactory{"by": stepByFactory})
	d := defineIn(t, r, `{"kind":"by","args":{"x":1},"targets":[5,50],"reset":"all"}`)
	if !d.NeedsData() || d.Kind() != "by" {
		t.Errorf("needs data %v, kind %s", d.NeedsData(), d.Kind())
	}
	first, outcome, _ := by(d, begun(t, d, 0), 2)
	if outcome != tracker.Changed || first.Progress.String() != "2" || string(first.Extra.PrivateState) != "\x02" {
		t.Fatalf("after 2: %+v, %v", first, outcome)
	}
	if same, outcome, _ := by(d, first, "x"); outcome != tracker.Unchanged || !cmp.Equal(same.Extra, first.Extra) {
		t.Errorf("no step: %+v, %v", same, outcome)
	}
	second, _, _ := by(d, first, 1)
	if string(second.Extra.PrivateState) != "\x02\x01" || string(first.Extra.PrivateState) != "\x02" {
		t.Errorf("own state %v, and before %v", second.Extra.PrivateState, first.Extra.PrivateState)
	}
	read, rest, err := d.ReadState(tracker.AppendState(nil, &second))
	if err != nil || len(rest) != 0 || !cmp.Equal(read.Extra, second.Extra) {
		t.Errorf("read back %+v, %v", read, err)
	}
	done, _, events := by(d, second, 4)
	if len(events) != 2 || done.Stage != 2 || done.Progress.Sign() != 0 || len(done.Extra.PrivateState) != 0 {
		t.Errorf("a stage that resets progress: %+v, %v", done, kinds(events))
	}
	if again, _, err := d.Reset(second, reset(tracker.ResetProgress), 0, nil); err != nil || len(again.Extra.PrivateState) != 0 {
		t.Errorf("reset of progress: own %v, %v", again.Extra.PrivateState, err)
	}
	if again, _, err := d.Reset(second, reset(tracker.ResetLimiter), 0, nil); err != nil || len(again.Extra.PrivateState) != 2 {
		t.Errorf("reset of the limiters: own %v, %v", again.Extra.PrivateState, err)
	}
}

func TestCustomKindErrors(t *testing.T) {
	r := custom(t, map[string]tracker.KindFactory{
		"picky":   func(any) (tracker.Kind, error) { return nil, errors.New("want {by}") },
		"nothing": func(any) (tracker.Kind, error) { return nil, nil },
	})
	for json, want := range map[string]string{
		`{"kind":"picky","args":[1]}`: "args: [1] is not allowed: want {by}",
		`{"kind":"nothing"}`:          "args: the factory returned nil",
		`{"kind":"streak"}`:           "known: count, sum, nothing, picky",
		`{"kind":"picky","key":"a"}`:  "want {by}",
	} {
		if _, err := r.Parse(complete(decode(t, json))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", json, err, want)
		}
	}
}

// A factory must see the same arguments whether the spec was written in Go, in a file, or comes back from a store.
func TestKindFactoryGetsArgsInGoForm(t *testing.T) {
	var got []any
	r := custom(t, map[string]tracker.KindFactory{"see": func(args any) (tracker.Kind, error) {
		got = append(got, args)
		return stepBy{}, nil
	}})
	spec := tracker.Spec{
		Name: "t", Kind: "see", Targets: []decimal.Decimal{decimal.FromInt(1)},
		Args: map[string][]int8{"l": {1, 2}},
	}
	d, err := tracker.New(spec, r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Parse(decode(t, string(d.JSON()))); err != nil {
		t.Fatal(err)
	}
	for i, how := range []string{"from Go", "from JSON"} {
		if diff := cmp.Diff(any(map[string]any{"l": []any{int64(1), int64(2)}}), got[i]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", how, diff)
		}
	}
}

func TestEmptyArgsAreNoArgs(t *testing.T) {
	r := custom(t, map[string]tracker.KindFactory{"by": stepByFactory})
	if none, null := defineIn(t, r, `{"kind":"by"}`), defineIn(t, r, `{"kind":"by","args":null}`); none.ID() != null.ID() {
		t.Errorf("%s and %s", none.JSON(), null.JSON())
	}
}
