package dictrack_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

func TestExplain(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", dictrack.Count("a", dictrack.Targets(1, 9), dictrack.Where(condition.Eq("s", "x"), condition.Ge("n", 5))))
		data := managertest.Object{"s": "x", "n": 4}
		for _, step := range []struct {
			n     any
			holds bool
			kind  value.Kind
		}{{4, false, value.Int}, {5.5, true, value.Float}, {nil, false, value.Null}} {
			data["n"] = step.n
			list, err := f.Explain(t.Context(), dictrack.Message{Group: "g", Data: data})
			if err != nil || len(list) != 1 || len(list[0].Conditions) != 2 {
				t.Fatalf("%+v, %v", list, err)
			}
			first, second := list[0].Conditions[0], list[0].Conditions[1]
			if !first.Holds || first.Condition.Op() != condition.OpEq || second.Holds != step.holds || second.Value.Kind() != step.kind {
				t.Errorf("n = %v: %+v, %+v", step.n, first, second)
			}
			if changed := list[0].Outcome == tracker.Changed; changed != step.holds || (len(list[0].Events) == 2) != step.holds {
				t.Errorf("n = %v: outcome %v, events %q", step.n, list[0].Outcome, managertest.EventLines(list[0].Events))
			}
		}
		delete(data, "s")
		list, _ := f.Explain(t.Context(), dictrack.Message{Group: "g", Data: data})
		if absent := list[0].Conditions[0].Value; absent.Present() {
			t.Errorf("s is absent, but its value is %v", absent)
		}
		f.ExpectProgress("g", "a", "0/1")
	})
}

// TestExplainTemplate explains a message of a group that has no templates yet.
func TestExplainTemplate(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustSetTemplate("t", managertest.Count("a", 1, 9))
		list, err := f.Explain(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}})
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		managertest.ExpectLines(t, managertest.EventLines(list[0].Events), managertest.EventLines(f.MustTrack("g", nil).Events())...)
	})
}

// TestExplainAcceptsWhatTrackAccepts compares the errors of Explain and Track.
func TestExplainAcceptsWhatTrackAccepts(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(99), dictrack.Where(condition.Exists("x"))))
	for _, text := range []string{
		`{"x":1}`, `{}`, `{"y":1,"y":2}`, `{"x":1,"y":{"z":1,"z":1}}`, `{"x":{"z":1,"z":1}}`, `{"x":1,"x":1}`, ``, `[]`, `null`, `{"x":`,
	} {
		_, explained := f.Explain(t.Context(), dictrack.Message{Group: "g", JSON: []byte(text)})
		_, tracked := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(text)})
		if (explained == nil) != (tracked == nil) {
			t.Errorf("%q: Explain %v, Track %v", text, explained, tracked)
		}
	}
	_, explained := f.Explain(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}})
	_, tracked := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}})
	if (explained == nil) != (tracked == nil) {
		t.Errorf("no text: Explain %v, Track %v", explained, tracked)
	}
}

// TestExplainAgreesWithTrack compares, for random trackers and messages, what Explain predicts with what Track does.
func TestExplainAgreesWithTrack(t *testing.T) {
	const rounds, steps = 40, 60
	for seed := range uint64(rounds) {
		f := managertest.New(t, nil, managertest.WithCustomKinds)
		w := &generator{rand.New(rand.NewPCG(seed, 1))}
		f.MustSetTemplate("t", w.specs("template", 3)...)
		f.MustAdd("g", w.specs("own", 5)...)
		for range steps {
			f.Clock.Advance(time.Duration(w.IntN(3000)) * time.Millisecond)
			if !explainMatchesTrack(f, w.data(), w.IntN(2) == 0) {
				t.Fatalf("seed %d", seed)
			}
		}
		f.MustClose()
	}
}

// explainMatchesTrack explains and tracks a message, and compares.
func explainMatchesTrack(f *managertest.Fixture, data managertest.Object, text bool) bool {
	f.Helper()
	var list []dictrack.Explanation
	var res *dictrack.Result
	before, _ := f.ListAll(f.Context(), "g")
	explain := func() (err error) {
		list, err = f.Explain(f.Context(), dictrack.Message{Group: "g", Data: data})
		return err
	}
	track := func() (err error) {
		res, err = f.Track(f.Context(), dictrack.Message{Group: "g", Data: data})
		return err
	}
	if text {
		form, err := json.Marshal(data)
		if err != nil {
			f.Fatal(err)
		}
		explain = func() (err error) {
			list, err = f.Explain(f.Context(), dictrack.Message{Group: "g", JSON: form})
			return err
		}
		track = func() (err error) {
			res, err = f.Track(f.Context(), dictrack.Message{Group: "g", JSON: form})
			return err
		}
	}
	explained := explain()
	if same, _ := f.ListAll(f.Context(), "g"); fmt.Sprint(plain(same)) != fmt.Sprint(plain(before)) {
		f.Errorf("explaining changed %+v to %+v", before, same)
	}
	tracked := track()
	if (explained == nil) != (tracked == nil) {
		f.Errorf("%v: Explain %v, Track %v", data, explained, tracked)
	}
	after, _ := f.ListAll(f.Context(), "g")
	return compare(f, data, list, res, after) && !f.Failed()
}

// compare compares what Explain predicted with the result and the trackers after Track.
func compare(f *managertest.Fixture, data managertest.Object, list []dictrack.Explanation, res *dictrack.Result, after []tracker.Snapshot) bool {
	f.Helper()
	var want, remaining []string
	failed := map[string]bool{}
	for _, e := range list {
		want = append(want, withoutAdded(e.Events)...)
		name := e.Before.Name
		if failed[name] = e.Err != nil; res.Outcome(name) != e.Outcome {
			f.Errorf("%v: %s: explained %v, tracked %v", data, name, e.Outcome, res.Outcome(name))
		}
		gone := slices.ContainsFunc(e.Events, func(x dictrack.Event) bool {
			return x.Kind == dictrack.EventExpired || x.Kind == dictrack.EventAllCompleted && !e.After.Definition.Keep()
		})
		if !gone {
			remaining = append(remaining, summary(&e.After))
		}
	}
	var got, stored []string
	got = withoutAdded(res.Events())
	for i := range after {
		stored = append(stored, summary(&after[i]))
	}
	for _, one := range res.Failures() {
		if !failed[one.Tracker] {
			f.Errorf("%v: %v was not explained", data, one)
		}
		delete(failed, one.Tracker)
	}
	for name, bad := range failed {
		if bad {
			f.Errorf("%v: explained a failure of %s that Track did not have", data, name)
		}
	}
	if !slices.Equal(got, want) || !slices.Equal(stored, remaining) {
		f.Errorf("%v:\nexplained %q, %q\ntracked   %q, %q", data, want, remaining, got, stored)
	}
	return !f.Failed()
}

// withoutAdded returns the event lines without those of templates, which TestExplainTemplate compares.
func withoutAdded(events []dictrack.Event) []string {
	return slices.DeleteFunc(managertest.EventLines(events), func(line string) bool { return strings.HasPrefix(line, "ADDED") })
}

// summary returns what is compared of a tracker.
func summary(s *tracker.Snapshot) string {
	return fmt.Sprint(s.Name, s.Progress, s.Stage, s.Cycle, s.Completed, s.Limited, s.Limiters, s.ExpireAt)
}

// generator makes random trackers and data.
type generator struct{ *rand.Rand }

func (w *generator) specs(name string, n int) []tracker.Spec {
	var specs []tracker.Spec
	for i := range n {
		specs = append(specs, w.spec(fmt.Sprint(name, i)))
	}
	return specs
}

func (w *generator) spec(name string) tracker.Spec {
	options := []dictrack.TrackerOption{
		dictrack.Targets(1+w.IntN(4), 3+w.IntN(6)), dictrack.Reset(tracker.Policy(w.IntN(4))), dictrack.Where(w.conditions()...),
	}
	for _, maybe := range []dictrack.TrackerOption{
		dictrack.Loop(), dictrack.Carry(), dictrack.Keep(), dictrack.Limiters(limiter.Count(int64(1 + w.IntN(4)))),
		dictrack.Limiters(limiter.For(time.Duration(1+w.IntN(30)) * time.Second)), dictrack.Limiters(limiter.Custom("custom", nil)),
		dictrack.ExpireAfter(time.Duration(1+w.IntN(60)) * time.Second), dictrack.Initial(w.IntN(5) - 1),
	} {
		if w.IntN(4) == 0 {
			options = append(options, maybe)
		}
	}
	switch w.IntN(5) {
	case 0:
		return dictrack.Custom(name, "custom", nil, options...)
	case 1, 2:
		return dictrack.Sum(name, "n", options...)
	}
	return dictrack.Count(name, options...)
}

func (w *generator) conditions() []condition.Condition {
	all := []condition.Condition{
		condition.Eq("k", w.IntN(2)), condition.Ge("n", w.IntN(3)), condition.Exists("o.x"), condition.Contains("s", "a"),
		condition.In[any]("k", 0, "b"), condition.Custom("custom", nil), condition.NotExists("s"), condition.HasItem("l", 1),
	}
	w.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:w.IntN(3)]
}

func (w *generator) data() managertest.Object {
	data := managertest.Object{}
	for key, values := range map[string][]any{
		"k": {0, 1, "b", nil}, "n": {0, 1, 2.5, "3", "x", -1, nil}, "o": {managertest.Object{"x": 1}, managertest.Object{}, 7},
		"s": {"abc", "xyz", 5}, "l": {[]any{1, 2}, []any{}, "1"},
	} {
		if w.IntN(3) > 0 {
			data[key] = values[w.IntN(len(values))]
		}
	}
	if methods := strings.Fields("match step before after"); w.IntN(5) == 0 {
		data["panic"] = methods[w.IntN(len(methods))]
	}
	return data
}
