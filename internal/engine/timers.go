package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/timers"
)

// FireTimers applies what the clock does at now to groups, and schedules each of them again. Groups that fail are
// scheduled for another attempt, and fail no others.
func (e *Engine) FireTimers(ctx context.Context, now int64, groups []string) (err error) {
	if observe := e.config.Observer.TimersFired; observe != nil {
		began := time.Now()
		defer func() { observe(len(groups), time.Since(began), err) }()
	}
	all := make([]task, len(groups))
	tasks := make([]cache.Task, len(groups))
	for i, name := range groups {
		t := &all[i]
		t.deps, t.name, t.now, t.timer = e.deps, name, now, true
		t.do = func(g *group.Group) (group.Result, error) { return g.ApplyTimers(now), nil }
		tasks[i] = t
	}
	errs := []error{e.update(ctx, tasks)}
	for i := range all {
		errs = append(errs, e.reschedule(&all[i]))
	}
	e.deliver(tasks) // last: a handler may end this goroutine
	return errors.Join(errs...)
}

// reschedule schedules a group after its timers were fired. The error is the task's.
func (e *Engine) reschedule(t *task) error {
	again := t.now + timers.RetryDelay.Milliseconds()
	switch {
	case !t.done.Load():
		e.config.Schedule(t.name, again)
	case t.err != nil:
		e.config.Schedule(t.name, again)
		return t.err
	case t.due <= t.now: // custom code failed, or does not do what it was due for
		e.logFailures(t)
		e.config.Schedule(t.name, again)
	default:
		e.config.Schedule(t.name, t.due)
	}
	return nil
}

// logFailures logs the failures of custom code, which no caller gets.
func (e *Engine) logFailures(t *task) {
	for _, f := range t.effect.Failures {
		e.config.Logger.Error("sweep of a tracker failed, will try again", "group", t.name, "tracker", f.Tracker, "error", f.Err)
	}
}

// DeleteExpired deletes the ids of messages that are remembered no longer than now.
func (e *Engine) DeleteExpired(ctx context.Context, now int64) error {
	if err := e.config.Cache.DeleteExpiredIDs(ctx, now); err != nil {
		return fmt.Errorf("delete expired ids from the cache: %w", err)
	}
	if e.config.Store == nil {
		return nil
	}
	if err := e.config.Store.DeleteExpiredIDs(ctx, now); err != nil {
		return fmt.Errorf("delete expired ids: %w", err)
	}
	return nil
}
