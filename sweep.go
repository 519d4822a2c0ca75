package dictrack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
)

// Sweep applies what the clock does to groups that get no data: trackers expire, windows end. The
// Manager does it by itself unless Options.ManualSweep says otherwise.
func (m *Manager) Sweep(ctx context.Context) error {
	if err := m.calls.Enter(1); err != nil {
		return err
	}
	defer m.calls.Leave()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(m.life, cancel)()
	now := m.now()
	failed, err := m.sweepDue(ctx, now)
	err = errors.Join(failed, err, m.forget(ctx, now))
	switch {
	case err == nil:
		return nil
	case m.life.Err() != nil:
		return ErrClosed
	}
	return fmt.Errorf("sweep: %w", err)
}

// sweepDue sweeps all that is due. Failed is about groups, which are due again later and hold up no
// others; err ends it: the store does not say what is due.
func (m *Manager) sweepDue(ctx context.Context, now int64) (failed, err error) {
	for {
		if err := m.sweeper.refill(ctx, now); err != nil {
			return failed, err
		}
		names := m.sweeper.take(now, sweepBatch)
		if len(names) == 0 {
			return failed, nil
		}
		failed = errors.Join(failed, m.sweep(ctx, now, names))
	}
}

const (
	// sweepBatch bounds how many groups are swept at once.
	sweepBatch = 1000
	// horizon is how far ahead due groups of the store are kept in mind.
	horizon = int64(time.Minute / time.Millisecond)
	// retrySweep is how long a group that could not be swept waits.
	retrySweep = int64(time.Second / time.Millisecond)
)

func (m *Manager) sweep(ctx context.Context, now int64, names []string) error {
	all := make([]task, len(names))
	tasks := make([]cache.Task, len(names))
	for i, name := range names {
		t := &all[i]
		t.m, t.name, t.now, t.swept = m, name, now, true
		t.do = func(g *group.Group) (group.Effect, error) { return g.Sweep(now), nil }
		tasks[i] = t
	}
	errs := []error{m.update(ctx, tasks)}
	for i := range all {
		t := &all[i]
		switch {
		case !t.settled.Load():
			m.sweeper.note(t.name, now+retrySweep)
		case t.err != nil:
			errs = append(errs, t.err)
			m.sweeper.note(t.name, now+retrySweep)
		case t.due <= now: // custom code failed, or does not do what it was due for
			m.logFailures(t)
			m.sweeper.note(t.name, now+retrySweep)
		default:
			m.sweeper.note(t.name, t.due)
		}
	}
	return errors.Join(errs...)
}

// logFailures tells of custom code that failed when nobody but the clock asked.
func (m *Manager) logFailures(t *task) {
	for _, f := range t.effect.Failures {
		m.options.Logger.Error("sweep of a tracker failed, will try again", "group", t.name, "tracker", f.Tracker, "error", f.Err)
	}
}

// forget drops the ids whose window is over.
func (m *Manager) forget(ctx context.Context, now int64) error {
	if err := m.options.Cache.Forget(ctx, now); err != nil {
		return fmt.Errorf("forget cached ids: %w", err)
	}
	if m.options.Store == nil {
		return nil
	}
	if err := m.options.Store.Forget(ctx, now); err != nil {
		return fmt.Errorf("forget ids: %w", err)
	}
	return nil
}
