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
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

func TestExplain(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", dictrack.Count("a", dictrack.Targets(1, 9), dictrack.Where(condition.Eq("s", "x"), condition.Ge("n", 5))))
		data := object{"s": "x", "n": 4}
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
			if moved := list[0].Outcome == tracker.Changed; moved != step.holds || (len(list[0].Events) == 2) != step.holds {
				t.Errorf("n = %v: outcome %v, events %q", step.n, list[0].Outcome, lines(list[0].Events))
			}
		}
		delete(data, "s")
		list, _ := f.Explain(t.Context(), dictrack.Message{Group: "g", Data: data})
		if absent := list[0].Conditions[0].Value; absent.Present() {
			t.Errorf("nothing stands at s, but %v was seen", absent)
		}
		f.expect("g", "a", "0/1")
	})
}

// TestExplainTemplate says what a group would get.
func TestExplainTemplate(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.template("t", count("a", 1, 9))
		list, err := f.Explain(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}})
		if err != nil || len(list) != 1 {
			t.Fatalf("%+v, %v", list, err)
		}
		expectLines(t, lines(list[0].Events), lines(f.track("g", nil).Events())...)
	})
}

// TestExplainAcceptsWhatTrackDoes and refuses what Track refuses.
func TestExplainAcceptsWhatTrackDoes(t *testing.T) {
	f := open(t, nil)
	f.add("g", dictrack.Count("a", dictrack.Targets(99), dictrack.Where(condition.Exists("x"))))
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

// TestExplainAgreesWithTrack lets Track do, for random data, what Explain said that it would.
func TestExplainAgreesWithTrack(t *testing.T) {
	const rounds, steps = 40, 60
	for seed := range uint64(rounds) {
		f := open(t, nil, custom)
		w := &whim{rand.New(rand.NewPCG(seed, 1))}
		f.template("t", w.specs("template", 3)...)
		f.add("g", w.specs("own", 5)...)
		for range steps {
			f.clock.pass(time.Duration(w.IntN(3000)) * time.Millisecond)
			if !agree(f, w.data(), w.IntN(2) == 0) {
				t.Fatalf("seed %d", seed)
			}
		}
		f.close()
	}
}

// agree explains, tracks, and compares.
func agree(f *fixture, data object, text bool) bool {
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

func compare(f *fixture, data object, list []dictrack.Explanation, res *dictrack.Result, after []tracker.Snapshot) bool {
	f.Helper()
	var want, left []string
	failed := map[string]bool{}
	for _, e := range list {
		want = append(want, besidesAdded(e.Events)...)
		name := e.Before.Name
		if failed[name] = e.Err != nil; res.Outcome(name) != e.Outcome {
			f.Errorf("%v: %s: explained %v, tracked %v", data, name, e.Outcome, res.Outcome(name))
		}
		gone := slices.ContainsFunc(e.Events, func(x dictrack.Event) bool {
			return x.Kind == dictrack.EventExpired || x.Kind == dictrack.EventAllCompleted && !e.After.Definition.Keep()
		})
		if !gone {
			left = append(left, view(&e.After))
		}
	}
	var got, there []string
	got = besidesAdded(res.Events())
	for i := range after {
		there = append(there, view(&after[i]))
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
	if !slices.Equal(got, want) || !slices.Equal(there, left) {
		f.Errorf("%v:\nexplained %q, %q\ntracked   %q, %q", data, want, left, got, there)
	}
	return !f.Failed()
}

// besidesAdded leaves to TestExplainTemplate what a template adds.
func besidesAdded(events []dictrack.Event) []string {
	return slices.DeleteFunc(lines(events), func(line string) bool { return strings.HasPrefix(line, "ADDED") })
}

func view(s *tracker.Snapshot) string {
	return fmt.Sprint(s.Name, s.Progress, s.Stage, s.Cycle, s.Completed, s.Limited, s.Limiters, s.ExpireAt)
}

// whim makes up trackers and data.
type whim struct{ *rand.Rand }

func (w *whim) specs(name string, n int) []tracker.Spec {
	var specs []tracker.Spec
	for i := range n {
		specs = append(specs, w.spec(fmt.Sprint(name, i)))
	}
	return specs
}

func (w *whim) spec(name string) tracker.Spec {
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

func (w *whim) conditions() []condition.Condition {
	all := []condition.Condition{
		condition.Eq("k", w.IntN(2)), condition.Ge("n", w.IntN(3)), condition.Exists("o.x"), condition.Contains("s", "a"),
		condition.In[any]("k", 0, "b"), condition.Custom("custom", nil), condition.NotExists("s"), condition.HasItem("l", 1),
	}
	w.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:w.IntN(3)]
}

func (w *whim) data() object {
	data := object{}
	for key, values := range map[string][]any{
		"k": {0, 1, "b", nil}, "n": {0, 1, 2.5, "3", "x", -1, nil}, "o": {object{"x": 1}, object{}, 7},
		"s": {"abc", "xyz", 5}, "l": {[]any{1, 2}, []any{}, "1"},
	} {
		if w.IntN(3) > 0 {
			data[key] = values[w.IntN(len(values))]
		}
	}
	if places := strings.Fields("match advance before after"); w.IntN(5) == 0 {
		data["panic"] = places[w.IntN(len(places))]
	}
	return data
}
