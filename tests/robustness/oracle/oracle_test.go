package oracle

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/internal/vectors"
)

// The oracle must know the contract's own cases by heart before anything is measured by it.
func TestTrackerCases(t *testing.T) {
	cases, err := vectors.Load("trackers")
	if err != nil {
		t.Fatal(err)
	}
	played := 0
	for _, c := range cases {
		if c.Invalid() { // the oracle is given what is allowed only
			continue
		}
		played++
		if err := play(c); err != nil {
			t.Errorf("%s: %v", c.ID(), err)
		}
	}
	t.Logf("%d cases", played)
}

func TestConditionCases(t *testing.T) {
	cases, err := vectors.Load("conditions")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		data, _ := c["data"].(map[string]any)
		if !c.Invalid() && holds(c["condition"].(map[string]any), data) != c["result"] {
			t.Errorf("%s: not %v", c.ID(), c["result"])
		}
	}
}

func play(c vectors.Case) error {
	def := c["definition"].(map[string]any)
	def["keep"] = true
	steps, expect := c["steps"].([]any), c["expect"].([]any)
	now := int64(1700000000)
	if first, ok := steps[0].(map[string]any)["now"].(int64); ok {
		now = first
	}
	w := New(0)
	if a := w.Add("g", now*1000, def); a.Error != Fine {
		return fmt.Errorf("add: %s", a.Error)
	}
	name := def["name"].(string)
	for i := range steps {
		step, want := steps[i].(map[string]any), expect[i].(map[string]any)
		if at, ok := step["now"].(int64); ok {
			now = at
		}
		before := w.Group("g").Find(name).completed
		outcome, events := do(w, name, step, now*1000)
		if outcome == "same" && before {
			outcome = "completed"
		}
		if err := compare(w.Group("g").Find(name), outcome, events, want); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

func do(w *World, name string, step map[string]any, now int64) (outcome string, events []string) {
	var a Answer
	switch step["do"] {
	case "track":
		a = w.Track("g", step["data"].(map[string]any), now, now, "")
		return a.Outcomes[name], a.Events
	case "reset":
		by := Reset{Policy: step["policy"], Duration: seconds(step["duration"])}
		if n, ok := step["limit"].(int64); ok {
			by.Limit = &n
		}
		a = w.Reset("g", by, now, name)
	case "set_progress":
		a = w.Update("g", name, now, SetProgress(step["value"]))
	case "add_targets":
		a = w.Update("g", name, now, AddTargets(step["targets"].([]any)))
	case "set_loop":
		a = w.Update("g", name, now, SetLoop(step["loop"] == true))
	case "set_reset":
		a = w.Update("g", name, now, SetReset(step["reset"]))
	}
	if a.Error == Fine {
		return "changed", a.Events
	}
	return a.Error, a.Events
}

func compare(t *Tracker, outcome string, events []string, want map[string]any) error {
	if want["outcome"] != outcome {
		return fmt.Errorf("outcome %s, want %v", outcome, want["outcome"])
	}
	if err := compareView(t, want); err != nil {
		return err
	}
	list, _ := want["events"].([]any)
	if len(list) != len(events) {
		return fmt.Errorf("events %q, want %v", events, list)
	}
	for i, e := range list {
		if err := compareEvent(events[i], e.(map[string]any)); err != nil {
			return err
		}
	}
	return nil
}

func compareView(t *Tracker, want map[string]any) error {
	var left, windows []any
	for _, l := range t.limits {
		if l.kind == "count" {
			left = append(left, l.left)
		} else {
			windows = append(windows, []any{l.start, l.end})
		}
	}
	got := map[string]any{
		"stage": int64(t.stage), "cycle": t.cycle, "completed": t.completed, "limited": t.limited,
		"count_left": left, "windows": windows,
	}
	for key, has := range got {
		if fmt.Sprint(has) != fmt.Sprint(want[key]) && (fmt.Sprint(has) != "[]" || want[key] != nil) {
			return fmt.Errorf("%s is %v, want %v", key, has, want[key])
		}
	}
	if !near(t.progress, want["progress"]) || !near(t.targets[t.stage-1], want["target"]) {
		return fmt.Errorf("%s, want progress %v, target %v", t.Line(), want["progress"], want["target"])
	}
	return nil
}

// near compares a number with one that may have been through a float64.
func near(r *big.Rat, want any) bool {
	w, _ := rat(want)
	a, _ := r.Float64()
	b, _ := w.Float64()
	return r.Cmp(w) == 0 || a == b
}

func compareEvent(has string, want map[string]any) error {
	text := fmt.Sprintf("%v %v %v ", want["event"], orElse(want["limiter"], ""), orElse(want["cycles"], 0))
	state := fmt.Sprintf(" cycle %v completed %v limited %v", want["cycle"], want["completed"], want["limited"])
	stage := fmt.Sprintf(" stage %v of ", want["stage"])
	if !strings.HasPrefix(has, text) || !strings.Contains(has, state) || !strings.Contains(has, stage) {
		return fmt.Errorf("event %q, want %v", has, want)
	}
	return nil
}

func orElse(v, other any) any {
	if v == nil {
		return other
	}
	return v
}
