package group_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// explained is what explanations say that Track would do, in the words of an effect.
func explained(explanations []group.Explanation) string {
	p := plain{}
	var moves, failures []string
	for _, e := range explanations {
		for _, event := range e.Events {
			if event.Kind == tracker.EventAdded {
				continue // lines leaves it out too
			}
			p.eventNames(&one{event.Definition, event.State}, event.Kind)
		}
		if e.Outcome != tracker.Unchanged {
			moves = append(moves, fmt.Sprint(e.Definition.Name(), " ", e.Outcome, " ", e.After.Progress, e.After.Stage))
		}
		if e.Err != nil {
			failures = append(failures, e.Definition.Name())
		}
	}
	return said(p.lines, moves, failures)
}

// done is what a call of Track did, in the words of explained.
func done(e *group.Result) string {
	var moves, failures []string
	for m := range e.TrackerResults() {
		moves = append(moves, fmt.Sprint(e.Definition(m).Name(), " ", m.Outcome, " ", e.State(m).Progress, e.State(m).Stage))
	}
	for _, f := range e.Failures {
		failures = append(failures, f.Tracker)
	}
	return said(lines(e), moves, failures)
}

func said(events, moves, failures []string) string {
	slices.Sort(failures)
	return strings.Join(append(append(events, moves...), slices.Compact(failures)...), "\n")
}

func TestExplain(t *testing.T) {
	g := filled(t,
		define(t, "a", `{"targets":[1,5]}`), define(t, "no", `{"where":[{"op":"exists","key":"k"},{"op":"eq","key":"l","value":[1]},{"op":"bad"}]}`),
		define(t, "limited", `{"limiters":[{"kind":"time","end":5}]}`), define(t, "gone", `{"expire":"6s"}`),
		define(t, "bad", `{"kind":"bad"}`), define(t, "judge", `{"where":[{"op":"bad"}]}`))
	c := call(`{"k":null,"l":[1,2],"bad":true}`, 7*second)
	c.Template = defineAll(t, `{"targets":[1]}`, "a", "new")
	g.BeginChange()
	explanations, err := g.Explain(c)
	if err != nil || len(explanations) != 7 {
		t.Fatalf("%d explanations, %v", len(explanations), err)
	}
	if g.Version() != 1 || g.Initialized() || g.Len() != 6 || g.EndChange() != nil {
		t.Error("explaining changed the group")
	}
	no := explanations[1]
	if len(no.Conditions) != 3 || !no.Conditions[0].Holds || no.Conditions[0].Value.Kind() != value.Null || no.Conditions[1].Holds || len(no.Conditions[1].Value.List()) != 2 {
		t.Errorf("condition results %+v", no.Conditions)
	}
	if no.Err != nil {
		t.Errorf("a custom condition that Track would not ask fails the tracker: %v", no.Err)
	}
	e, err := g.Track(c)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "explained", explained(explanations), done(&e))
	for _, text := range []string{`{`, `[]`, `{"k":1,"k":2}`} {
		if _, err := g.Explain(call(text, 0)); err == nil {
			t.Errorf("%s: explained", text)
		}
	}
}

// Custom conditions are asked in their order until one does not hold: only a failure before that counts.
func TestExplainFailsWhereTrackFails(t *testing.T) {
	g := filled(t, define(t, "bad first", `{"where":[{"op":"bad"},{"op":"never"}]}`), define(t, "never first", `{"where":[{"op":"never"},{"op":"bad"}]}`),
		define(t, "does not match", `{"where":[{"op":"bad"},{"op":"exists","key":"x"}]}`))
	explanations, err := g.Explain(call(`{"bad":true}`, 0))
	if err != nil {
		t.Fatal(err)
	}
	e := track(t, g, `{"bad":true}`, 0)
	equal(t, "explained", explained(explanations), done(&e))
	equal(t, "failed", done(&e), "bad first")
}

// Explain refuses what Track refuses, and nothing more.
func TestExplainTakesWhatTrackTakes(t *testing.T) {
	g := filled(t, define(t, "a", `{"where":[{"op":"exists","key":"k"}]}`))
	text := `{"k":1,"unused":1,"unused":2}`
	explanations, err := g.Explain(call(text, 0))
	if err != nil {
		t.Fatalf("Explain: %v", err)
	}
	e := track(t, g, text, 0)
	equal(t, "explained", explained(explanations), done(&e))
}
