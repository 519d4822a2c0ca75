package oracle

import (
	"math/big"
	"slices"
)

// Change is a change by hand to a living tracker: what happened, or the error.
type Change func(t *Tracker, now int64) (events []string, err string)

// Update changes a living tracker.
func (w *World) Update(group, name string, now int64, change Change) (answer Answer) {
	g := w.Group(group)
	t := g.Find(name)
	if t == nil {
		return Answer{Error: NotFound}
	}
	answer.Events, answer.Error = change(t, now)
	g.dropDone(t, answer.Events)
	return answer
}

// SetProgress sets the progress.
func SetProgress(p any) Change {
	return unlessCompleted(func(t *Tracker, now int64) ([]string, string) {
		t.progress, _ = rat(p)
		_, events := t.settle(now)
		return events, Fine
	})
}

// AddTargets appends targets.
func AddTargets(targets []any) Change {
	return unlessCompleted(func(t *Tracker, _ int64) ([]string, string) {
		more := append(slices.Clone(t.targets), rats(targets)...)
		if len(targets) == 0 || t.loop && !positive(more) {
			return nil, Invalid
		}
		t.targets = more
		return nil, Fine
	})
}

// SetLoop switches loop on or off.
func SetLoop(on bool) Change {
	return unlessCompleted(func(t *Tracker, _ int64) ([]string, string) {
		if on && !positive(t.targets) {
			return nil, Invalid
		}
		t.loop = on
		return nil, Fine
	})
}

// SetReset changes the policy.
func SetReset(to any) Change {
	return unlessCompleted(func(t *Tracker, _ int64) ([]string, string) {
		if policy(to)&resetStage != 0 {
			return nil, Invalid
		}
		t.policy = policy(to)
		return nil, Fine
	})
}

// SetExpiry sets when the tracker expires, in Unix milliseconds; 0 for never.
func SetExpiry(at int64) Change {
	return func(t *Tracker, _ int64) ([]string, string) {
		t.expireAt = at
		return nil, Fine
	}
}

func unlessCompleted(change Change) Change {
	return func(t *Tracker, now int64) ([]string, string) {
		if t.completed {
			return nil, Completed
		}
		return change(t, now)
	}
}

func positive(targets []*big.Rat) bool {
	return !slices.ContainsFunc(targets, func(t *big.Rat) bool { return t.Sign() <= 0 })
}
