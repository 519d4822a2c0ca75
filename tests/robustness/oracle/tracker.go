package oracle

import (
	"fmt"
	"math/big"
	"slices"
	"time"
)

// The flags of a reset policy.
const (
	resetProgress = 1
	resetLimiter  = 2
	resetStage    = 4
)

// Tracker is one tracker: its definition, and where it stands.
type Tracker struct {
	Name  string
	kind  string
	key   string
	where []any
	// targets of the stages.
	targets           []*big.Rat
	loop, carry, keep bool
	policy            int

	progress           *big.Rat
	stage              int
	cycle              int64
	completed, limited bool
	limits             []limit
	expireAt           int64 // Unix milliseconds; 0 for never
}

// limit is a limiter.
type limit struct {
	kind        string
	limit, left int64
	start, end  int64 // Unix seconds
	fixed       bool  // a completed stage does not move the window
}

// Line says everything about a tracker that can be seen from outside.
func (t *Tracker) Line() string {
	line := fmt.Sprint(t.Name, " ", t.progress.RatString(), "/", t.targets[t.stage-1].RatString(), " stage ", t.stage, " of ", len(t.targets),
		" cycle ", t.cycle, " completed ", t.completed, " limited ", t.limited)
	for _, l := range t.limits {
		if l.kind == "count" {
			line += fmt.Sprint(" left ", l.left, " of ", l.limit)
		} else {
			line += fmt.Sprint(" from ", l.start, " to ", l.end)
		}
	}
	if t.expireAt != 0 {
		line += fmt.Sprint(" until ", t.expireAt)
	}
	return line
}

// event says what happened to a tracker, as it is now.
func (t *Tracker) event(kind, limiter string, cycles int64) string {
	return fmt.Sprint(kind, " ", limiter, " ", cycles, " ", t.Line())
}

// start makes a tracker of a definition in its JSON form. lenient is for templates.
func start(def map[string]any, now int64, lenient bool) (*Tracker, bool) {
	t := &Tracker{stage: 1, cycle: 1, policy: resetLimiter, progress: new(big.Rat)}
	t.Name, _ = def["name"].(string)
	t.kind, _ = def["kind"].(string)
	t.key, _ = def["key"].(string)
	t.where, _ = def["where"].([]any)
	t.loop, t.carry, t.keep = def["loop"] == true, def["carry"] == true, def["keep"] == true
	t.targets = rats(def["targets"])
	if p, ok := rat(def["initial"]); ok {
		t.progress = p
	}
	if p, ok := def["reset"]; ok {
		t.policy = policy(p)
	}
	if text, ok := def["expire"].(string); ok {
		d, _ := time.ParseDuration(text)
		t.expireAt = now + d.Milliseconds()
	}
	if s, ok := def["expire_at"].(int64); ok {
		t.expireAt = s * 1000
	}
	list, _ := def["limiters"].([]any)
	for _, one := range list {
		l, ok := startLimit(one.(map[string]any), now/1000, lenient)
		if !ok {
			return nil, false
		}
		t.limits = append(t.limits, l)
	}
	return t, true
}

func startLimit(def map[string]any, now int64, lenient bool) (limit, bool) {
	l := limit{kind: def["kind"].(string), start: now}
	if l.kind == "count" {
		l.limit = def["limit"].(int64)
		l.left = l.limit
		return l, true
	}
	if s, ok := def["start"]; ok {
		l.start = moment(s)
	}
	if e, ok := def["end"]; ok {
		l.end, l.fixed = moment(e), true
	} else {
		l.end = l.start + seconds(def["duration"])
	}
	if l.start > l.end {
		l.start = l.end
		return l, lenient
	}
	return l, true
}

func moment(v any) int64 {
	if text, ok := v.(string); ok {
		at, _ := time.Parse(time.RFC3339, text)
		return at.Unix()
	}
	s, _ := v.(int64)
	return s
}

func seconds(v any) int64 {
	text, _ := v.(string)
	d, _ := time.ParseDuration(text)
	return int64(d / time.Second)
}

func rats(v any) (out []*big.Rat) {
	list, _ := v.([]any)
	for _, item := range list {
		r, _ := rat(item)
		out = append(out, r)
	}
	return out
}

// policy reads the JSON form of a reset policy.
func policy(v any) (flags int) {
	if list, ok := v.([]any); ok {
		for _, item := range list {
			flags |= policy(item)
		}
		return flags
	}
	return map[any]int{"progress": resetProgress, "limiter": resetLimiter, "all": resetProgress | resetLimiter, "stage": resetStage}[v]
}

// clock does what time alone does; gone tells that the tracker expired, held that it became limited.
func (t *Tracker) clock(now int64) (gone, held bool, events []string) {
	if t.expireAt != 0 && now >= t.expireAt {
		return true, false, []string{t.event("EXPIRED", "", 0)}
	}
	if t.limited || t.completed {
		return false, false, nil
	}
	if slices.ContainsFunc(t.limits, func(l limit) bool { return l.over(now) }) {
		t.limited = true
		return false, true, []string{t.event("LIMITED", "time", 0)}
	}
	return false, false, nil
}

func (l *limit) over(now int64) bool { return l.kind == "time" && now/1000 > l.end }

// feed gives data to a tracker that the clock left as it is. The outcome is in the words of the contract.
func (t *Tracker) feed(data map[string]any, now int64) (outcome string, events []string) {
	for _, c := range t.where {
		if !holds(c.(map[string]any), data) {
			return "same", nil
		}
	}
	early := func(l limit) bool { return l.kind == "time" && now/1000 < l.start }
	switch {
	case t.completed:
		return "completed", nil
	case t.limited || slices.ContainsFunc(t.limits, early):
		return "refused", nil
	}
	step := big.NewRat(1, 1)
	if t.kind == "sum" {
		v, _ := at(data, t.key)
		var ok bool
		if step, ok = amount(v); !ok {
			return "same", nil
		}
	}
	t.progress = new(big.Rat).Add(t.progress, step)
	refilled, events := t.settle(now)
	if !refilled {
		events = append(events, t.charge()...)
	}
	return "changed", events
}

// charge uses up one of each count.
func (t *Tracker) charge() (events []string) {
	empty := false
	for i := range t.limits {
		if l := &t.limits[i]; l.kind == "count" {
			l.left--
			empty = empty || l.left <= 0
		}
	}
	if !empty || t.completed {
		return nil
	}
	t.limited = true
	return []string{t.event("LIMITED", "count", 0)}
}
