package engine

import (
	"context"
	"sync/atomic"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
)

// task takes a task from the pool, for a call on a group.
func (e *Engine) task(name string, now int64) *task {
	t := e.tasks.Get().(*task)
	t.name, t.now = name, now
	return t
}

// recycle gives a task back, unless the cache still works on it.
func (e *Engine) recycle(t *task) {
	if t.abandoned.Load() {
		return
	}
	t.name, t.id, t.do, t.timer = "", "", nil, false
	t.call.Data, t.effect, t.err = match.Data{}, group.Result{}, nil
	t.done = atomic.Bool{} // nobody else has it any more
	e.tasks.Put(t)
}

// run runs one task and delivers its events. The error is that of a task that is not done.
func (e *Engine) run(ctx context.Context, t *task) error {
	if err := e.config.Gate.Err(); err != nil {
		return err
	}
	err := e.config.Cache.Update(ctx, t.self[:])
	t.abandonIf(err)
	e.config.Publisher.Deliver(t.name)
	return err
}

// update runs tasks; deliver must follow. The error is that of tasks that are not done.
func (e *Engine) update(ctx context.Context, tasks []cache.Task) error {
	if err := e.config.Gate.Err(); err != nil {
		return err
	}
	err := e.config.Cache.Update(ctx, tasks)
	for _, t := range tasks {
		t.(*task).abandonIf(err)
	}
	return err
}

// deliver delivers the events of tasks.
func (e *Engine) deliver(tasks []cache.Task) {
	e.config.Publisher.DeliverEach(len(tasks), func(i int) string { return tasks[i].Group() })
}

// abandonIf makes a task deliver its events itself when it is done, if an error of Update says that this is not so yet.
func (t *task) abandonIf(err error) {
	if err != nil && !t.done.Load() {
		t.abandoned.Store(true)
	}
}

// result is the error of a task; notDone is that of Update.
func (t *task) result(notDone error) error {
	if t.done.Load() { // until then t.err belongs to the cache
		return t.err
	}
	return notDone
}
