package dictrack

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// task takes a task from the pool, for a call on a group now.
func (m *Manager) task(name string) *task {
	t := m.tasks.Get().(*task)
	t.name, t.now = name, m.now()
	return t
}

// putTask gives a task back, unless a runner still works on it.
func (m *Manager) putTask(t *task) {
	if t.left.Load() {
		return
	}
	t.name, t.id, t.do, t.swept = "", "", nil, false
	t.call.Data, t.effect, t.err = match.Data{}, group.Effect{}, nil
	t.settled = atomic.Bool{} // nobody else has it any more
	m.tasks.Put(t)
}

// scratch is the working memory of a goroutine that tracks.
func (m *Manager) scratch() *states.Scratch { return m.scratches.Get().(*states.Scratch) }

func (m *Manager) putScratch(x *states.Scratch) {
	x.Release()
	m.scratches.Put(x)
}

// run runs one task and tells its events. The error is that of a task that is not settled.
func (m *Manager) run(ctx context.Context, t *task) error {
	if err := m.calls.Err(); err != nil {
		return err
	}
	err := m.options.Cache.Update(ctx, t.alone[:])
	m.over(t, err)
	return err
}

// update runs tasks and tells their events.
func (m *Manager) update(ctx context.Context, tasks []cache.Task) error {
	if err := m.calls.Err(); err != nil {
		return err
	}
	err := m.options.Cache.Update(ctx, tasks)
	for _, one := range tasks {
		m.over(one.(*task), err)
	}
	return err
}

// over tells what a task did to the group. With an error of Update it may not be settled: then it tells when it is.
func (m *Manager) over(t *task, err error) {
	if err != nil && !t.settled.Load() {
		t.left.Store(true)
	}
	m.publisher.deliver(t.name)
}

// edit runs a change by hand on one group.
func (m *Manager) edit(ctx context.Context, name string, do func(g *group.Group, now int64) (group.Effect, error)) error {
	if err := tracker.CheckName("group", name); err != nil {
		return err
	}
	t := m.task(name)
	defer m.putTask(t)
	now := t.now
	t.do = func(g *group.Group) (group.Effect, error) { return do(g, now) }
	err := m.run(ctx, t)
	if t.settled.Load() {
		return t.err
	}
	return fmt.Errorf("change group %q: %w", name, err)
}

// read runs a look at one group.
func (m *Manager) read(ctx context.Context, name string, look func(g *group.Group) error) error {
	return m.edit(ctx, name, func(g *group.Group, _ int64) (group.Effect, error) {
		return group.Effect{Version: g.Version()}, look(g)
	})
}
