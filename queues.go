package dictrack

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/dictrack/dictrack/tracker"
)

// telling is the events of one change, for the listeners.
type telling struct {
	occasion
	events []tracker.Event
}

// queues hold what is to be told of each group, in the order of its commits.
type queues struct {
	waiting atomic.Int64 // tellings that are not over

	mu   sync.Mutex // protects all below
	of   map[string]*queue
	idle *sync.Cond // waiting became 0; made when somebody waits for it
}

// queue is that of one group.
type queue struct {
	tellings []telling
	busy     bool // a goroutine is telling
}

func (q *queues) add(t telling) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.of == nil {
		q.of = map[string]*queue{}
	}
	one := q.of[t.group]
	if one == nil {
		one = &queue{}
		q.of[t.group] = one
	}
	one.tellings = append(one.tellings, t)
	q.waiting.Add(1)
}

// next takes the first telling of a group, unless somebody is telling; told must follow.
func (q *queues) next(group string) (telling, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	one := q.of[group]
	if one == nil || one.busy || len(one.tellings) == 0 {
		return telling{}, false
	}
	t := one.tellings[0]
	one.tellings = one.tellings[1:]
	one.busy = true
	return t, true
}

// told ends a telling.
func (q *queues) told(group string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	one := q.of[group]
	one.busy = false
	if len(one.tellings) == 0 {
		delete(q.of, group)
	}
	if q.waiting.Add(-1) == 0 && q.idle != nil {
		q.idle.Broadcast()
	}
}

// groups are those with something to tell.
func (q *queues) groups() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	names := make([]string, 0, len(q.of))
	for name := range q.of {
		names = append(names, name)
	}
	return names
}

// wait returns when everything is told, or ctx ends.
func (q *queues) wait(ctx context.Context) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.idle = sync.NewCond(&q.mu)
	stop := context.AfterFunc(ctx, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.idle.Broadcast()
	})
	defer stop()
	for q.waiting.Load() > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		q.idle.Wait()
	}
	return nil
}
