package writebehind

import (
	"context"
	"sync"

	"github.com/dictrack/dictrack/cache"
)

const (
	// maxWaiting is how many groups of one list of tasks are waited for at the same time.
	maxWaiting = 64
	// minParallel is the number of tasks from which it pays to use several cores.
	minParallel = 64
)

// runAll runs tasks, on several cores if they are many.
func (x *executor) runAll(ctx context.Context, tasks []cache.Task) {
	switch {
	case len(tasks) == 1:
		x.run(ctx, &pendingTask{task: tasks[0]})
	case len(tasks) < minParallel:
		x.runList(ctx, tasks)
	default:
		var workers sync.WaitGroup
		for _, list := range x.entries.partition(tasks) {
			workers.Go(func() { x.runList(ctx, list) })
		}
		workers.Wait()
	}
}

// run runs a task until it is done, and waits for what it needs.
func (x *executor) run(ctx context.Context, t *pendingTask) {
	err := ctx.Err()
	for err == nil && x.try(t) != done {
		err = x.wait(ctx, t)
	}
	if err != nil {
		x.abandon(t, err)
	}
}

// runList runs tasks in their order. A task that has to wait does so on another goroutine, followed by all later tasks of
// its group.
func (x *executor) runList(ctx context.Context, tasks []cache.Task) {
	var waiting map[string][]pendingTask // by group
	for _, task := range tasks {
		t := pendingTask{task: task}
		line, mustWait := waiting[task.Group()]
		if !mustWait && ctx.Err() == nil && x.try(&t) == done {
			continue
		}
		if waiting == nil {
			waiting = map[string][]pendingTask{}
		}
		waiting[task.Group()] = append(line, t)
	}
	var workers sync.WaitGroup
	free := make(chan struct{}, maxWaiting)
	for _, line := range waiting {
		free <- struct{}{}
		workers.Go(func() {
			for i := range line {
				x.run(ctx, &line[i])
			}
			<-free
		})
	}
	workers.Wait()
}
