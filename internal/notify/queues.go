package notify

import (
	"context"
	"sync"
	"sync/atomic"
)

// queues hold the commits whose events are to be delivered, one queue a group.
type queues struct {
	pending atomic.Int64 // commits whose delivery has not ended

	mu      sync.Mutex // protects all below
	byGroup map[string]*queue
	idle    chan struct{} // closed when pending becomes 0; nil when nobody waits for that
}

// queue is that of one group, in the order of its commits.
type queue struct {
	commits []Commit
	busy    bool // a goroutine is delivering the one before
}

// push appends a commit to the queue of its group.
func (q *queues) push(c Commit) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.byGroup == nil {
		q.byGroup = map[string]*queue{}
	}
	one := q.byGroup[c.Group]
	if one == nil {
		one = &queue{}
		q.byGroup[c.Group] = one
	}
	one.commits = append(one.commits, c)
	q.pending.Add(1)
}

// pop takes the first commit of a group, unless a goroutine is delivering another one. Delivered must follow.
func (q *queues) pop(group string) (Commit, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	one := q.byGroup[group]
	if one == nil || one.busy || len(one.commits) == 0 {
		return Commit{}, false
	}
	c := one.commits[0]
	one.commits = one.commits[1:]
	one.busy = true
	return c, true
}

// delivered ends the delivery of a group's commit.
func (q *queues) delivered(group string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	one := q.byGroup[group]
	one.busy = false
	if len(one.commits) == 0 {
		delete(q.byGroup, group)
	}
	if q.pending.Add(-1) == 0 && q.idle != nil {
		close(q.idle)
		q.idle = nil
	}
}

// groups returns the names of the groups that have a queue.
func (q *queues) groups() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	names := make([]string, 0, len(q.byGroup))
	for name := range q.byGroup {
		names = append(names, name)
	}
	return names
}

// wait returns nil when everything is delivered, or the error of ctx if that ends first.
func (q *queues) wait(ctx context.Context) error {
	for {
		q.mu.Lock()
		if q.pending.Load() == 0 {
			q.mu.Unlock()
			return nil
		}
		if q.idle == nil {
			q.idle = make(chan struct{})
		}
		idle := q.idle
		q.mu.Unlock()
		select {
		case <-idle:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
