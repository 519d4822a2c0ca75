package vectors

import (
	"fmt"
	"iter"
	"slices"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// firstNow is when a tracker is added whose first step says no time.
const firstNow = 1700000000

// Conditions plays conditions.jsonl on judge, which reads a condition and judges data by it; err means
// that the condition was refused.
func Conditions(judge func(condition any, data map[string]any) (holds bool, err error)) (Score, error) {
	var score Score
	cases, err := Load("conditions")
	for _, c := range cases {
		data, _ := c["data"].(map[string]any)
		holds, err := judge(c["condition"], data)
		switch {
		case c.Invalid() && err == nil:
			err = fmt.Errorf("accepted, want it refused")
		case c.Invalid():
			err = nil
		case err == nil && holds != c["result"]:
			err = fmt.Errorf("holds = %v, want %v", holds, c["result"])
		}
		score.note(c, err)
	}
	return score, err
}

// Trackers plays trackers.jsonl, each case on a player of its own.
func Trackers(newPlayer NewPlayer) (Score, error) {
	return play("trackers", slices.Values[[]Case], newPlayer, playTracker)
}

// Groups plays groups.jsonl, each case on a player of its own.
func Groups(newPlayer NewPlayer) (Score, error) {
	return play("groups", slices.Values[[]Case], newPlayer, playGroup)
}

func play(file string, pick func([]Case) iter.Seq[Case], newPlayer NewPlayer, one func(Case, Player) error) (Score, error) {
	var score Score
	cases, err := Load(file)
	for c := range pick(cases) {
		p, done, err := newPlayer(c.ID())
		if err != nil {
			return score, fmt.Errorf("case %s: %w", c.ID(), err)
		}
		score.note(c, one(c, p))
		done()
	}
	return score, err
}

func playTracker(c Case, p Player) error {
	definition := c["definition"].(map[string]any)
	definition["keep"] = true
	steps, _ := c["steps"].([]any)
	now := int64(firstNow)
	if len(steps) > 0 {
		now = nowOf(steps[0], now)
	}
	err := p.Add([]any{definition}, now)
	if c.Invalid() {
		if err == nil {
			return fmt.Errorf("definition accepted, want it refused")
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("definition refused: %w", err)
	}
	expect := c["expect"].([]any)
	completed := false
	for i, s := range steps {
		now = nowOf(s, now)
		if completed, err = playStep(p, s.(map[string]any), expect[i].(map[string]any), now, completed); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

func nowOf(step any, last int64) int64 {
	if now, ok := step.(map[string]any)["now"].(int64); ok {
		return now
	}
	return last
}

// playStep plays one step on a tracker that was completed before, or not, and tells whether it is now.
func playStep(p Player, step, expect map[string]any, now int64, completed bool) (bool, error) {
	answer, err := p.Do(step, now)
	if err != nil {
		return false, err
	}
	after, err := lookAtOne(p)
	if err != nil {
		return false, err
	}
	got := view(&after)
	got["outcome"] = answer.Outcome
	if answer.Outcome == "same" && completed {
		got["outcome"] = "completed"
	}
	if len(answer.Events) > 0 {
		got["events"] = events(answer.Events)
	}
	if !value.EqualAny(got, expect) {
		return false, fmt.Errorf("got  %s\n\twant %s", show(got), show(expect))
	}
	return after.Completed, nil
}

func lookAtOne(p Player) (tracker.Snapshot, error) {
	snaps, err := p.Look()
	if err != nil || len(snaps) != 1 {
		return tracker.Snapshot{}, fmt.Errorf("look: %d trackers, %w", len(snaps), err)
	}
	return snaps[0], nil
}

func playGroup(c Case, p Player) error {
	if err := p.Add(c["definitions"].([]any), firstNow); err != nil {
		return err
	}
	for i, data := range c["data"].([]any) {
		if _, err := p.Do(map[string]any{"do": "track", "data": data}, firstNow); err != nil {
			return err
		}
		snaps, err := p.Look()
		if err != nil {
			return err
		}
		got := make([]any, len(snaps))
		for n := range snaps {
			got[n] = number(snaps[n].Progress)
		}
		if want := c["progress"].([]any)[i]; !value.EqualAny(got, want) {
			return fmt.Errorf("data %d: progress %s, want %s", i+1, show(got), show(want))
		}
	}
	return nil
}

// view is a tracker as the cases describe it.
func view(s *tracker.Snapshot) map[string]any {
	m := moment(s)
	m["remaining_targets"] = numbers(s.Remaining())
	var left, windows []any
	for _, l := range s.Limiters {
		switch l.Kind {
		case "count":
			left = append(left, l.Left)
		case "time":
			windows = append(windows, []any{l.Start.Unix(), l.End.Unix()})
		}
	}
	if left != nil {
		m["count_left"] = left
	}
	if windows != nil {
		m["windows"] = windows
	}
	return m
}

func moment(s *tracker.Snapshot) map[string]any {
	return map[string]any{
		"progress": number(s.Progress), "target": number(s.Target),
		"stage": int64(s.Stage), "cycle": s.Cycle, "completed": s.Completed, "limited": s.Limited,
	}
}

func events(list []tracker.Event) []any {
	out := make([]any, len(list))
	for i, e := range list {
		snap := e.Definition.Snapshot("", e.State)
		m := moment(&snap)
		m["event"] = string(e.Kind)
		if e.Limiter != "" {
			m["limiter"] = e.Limiter
		}
		if e.Cycles != 0 {
			m["cycles"] = e.Cycles
		}
		out[i] = m
	}
	return out
}

func number(d decimal.Decimal) any {
	if n, ok := d.Int64(); ok {
		return n
	}
	return d.Float64()
}

func numbers(ds []decimal.Decimal) []any {
	out := make([]any, len(ds))
	for i, d := range ds {
		out[i] = number(d)
	}
	return out
}

func show(v any) string {
	text, err := value.AppendCanonical(nil, v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
