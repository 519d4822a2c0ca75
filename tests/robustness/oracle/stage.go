package oracle

import "math/big"

// settle completes the stages that progress has reached; refilled tells that the limiters started again.
func (t *Tracker) settle(now int64) (refilled bool, events []string) {
	for {
		target := t.targets[t.stage-1]
		if t.progress.Cmp(target) < 0 {
			return refilled, events
		}
		last := t.stage == len(t.targets)
		if last && !t.loop {
			t.completed = true
			return refilled, append(events, t.event("ALL_COMPLETED", "", 0))
		}
		was := *t
		above := new(big.Rat).Sub(t.progress, target)
		if !t.carry {
			above.SetInt64(0)
		}
		cycles := int64(0)
		if last {
			cycles = t.turn(above)
		} else {
			t.stage++
			if t.policy&resetProgress != 0 {
				t.progress = above
			}
		}
		events = append(events, was.event("STAGE_COMPLETED", "", cycles))
		events = append(events, t.afterStage(now)...)
		refilled = t.policy&resetLimiter != 0
	}
}

// turn begins the next cycle with progress, or one later when that spans whole cycles. The result is how many were
// completed when it was more than one.
func (t *Tracker) turn(progress *big.Rat) (cycles int64) {
	t.stage, t.progress, cycles = 1, progress, 1
	if t.carry {
		need, take := t.wholeCycle()
		for t.progress.Cmp(need) >= 0 {
			t.progress = new(big.Rat).Sub(t.progress, take)
			cycles++
		}
	}
	t.cycle += cycles
	if cycles == 1 {
		return 0
	}
	return cycles
}

// wholeCycle is what a cycle needs and takes: all targets where each stage starts at 0, else the highest and the last.
func (t *Tracker) wholeCycle() (need, take *big.Rat) {
	need, take = new(big.Rat), new(big.Rat)
	for _, target := range t.targets {
		take.Add(take, target)
		if target.Cmp(need) > 0 {
			need = target
		}
	}
	if t.policy&resetProgress != 0 {
		return take, take
	}
	return need, t.targets[len(t.targets)-1]
}

// afterStage applies the reset policy after a stage.
func (t *Tracker) afterStage(now int64) (events []string) {
	was, by := t.limited, ""
	if t.policy&resetLimiter != 0 {
		for i := range t.limits {
			if kind := t.limits[i].again(now); by == "" {
				by = kind
			}
		}
		t.limited = was && by != ""
	}
	if t.policy != 0 {
		events = append(events, t.event("RESET", "", 0))
	}
	if by != "" && !was {
		t.limited = true
		events = append(events, t.event("LIMITED", by, 0))
	}
	return events
}

// again starts a limiter again after a stage; it names its kind when it holds the tracker back still.
func (l *limit) again(now int64) (held string) {
	switch {
	case l.kind == "count":
		l.left = l.limit
		if l.left <= 0 {
			return "count"
		}
	case !l.fixed:
		l.start, l.end = now/1000, now/1000+l.end-l.start
	case l.over(now):
		return "time"
	}
	return ""
}

// Reset is a reset by hand; nil fields are those that are not given.
type Reset struct {
	Policy   any
	Limit    *int64
	Duration int64 // seconds
}

// reset resets a tracker by hand; the arguments are allowed.
func (t *Tracker) reset(by Reset, now int64) []string {
	flags := t.policy
	if by.Policy != nil {
		flags = policy(by.Policy)
	}
	t.completed = false
	if flags&resetProgress != 0 {
		t.progress = new(big.Rat)
	}
	if flags&resetStage != 0 {
		t.stage, t.cycle = 1, 1
	}
	if flags&resetLimiter != 0 {
		t.limited = false
		for i := range t.limits {
			t.limits[i].reset(by, now)
			t.limited = t.limited || t.limits[i].kind == "count" && t.limits[i].left <= 0
		}
	}
	return []string{t.event("RESET", "", 0)}
}

func (l *limit) reset(by Reset, now int64) {
	if l.kind == "count" {
		if by.Limit != nil {
			l.limit = *by.Limit
		}
		l.left = l.limit
		return
	}
	length := l.end - l.start
	if by.Duration != 0 {
		length = by.Duration
	}
	l.start, l.end = now/1000, now/1000+length
}
