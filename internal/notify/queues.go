package notify

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// queues hold the commits whose events are to be delivered, one queue a group.
type queues struct {
	pending atomic.Int64 // commits whose delivery has not ended

	mu      sync.Mutex // protects all below
	byGroup map[string]*queue
	idle    chan struct{} // closed when pending becomes 0; nil when nobody waits for that
	unused  sync.Pool     // of *queue that are empty
}

// maxUnused is for how many commits an empty queue keeps memory.
const maxUnused = 16

// queue is that of one group, in the order of its commits.
type queue struct {
	commits  []Commit // from first on
	first    int
	busy     bool     // a goroutine is at work on delivery
	delivery delivery // of the commit that was removed last
}

// push appends a commit. The memory of those that were removed is used again once they are half of all.
func (q *queue) push(c Commit) {
	if q.first > 0 && q.first >= len(q.commits)/2 {
		q.commits = slices.Delete(q.commits, 0, q.first)
		q.first = 0
	}
	q.commits = append(q.commits, c)
}

// pop removes the first commit and begins its delivery.
func (q *queue) pop() *delivery {
	q.delivery = delivery{commit: q.commits[q.first]}
	q.commits[q.first] = Commit{}
	q.first++
	q.busy = true
	return &q.delivery
}

func (q *queue) empty() bool { return q.first == len(q.commits) }

// delivery is a commit, and how far the delivery of its events is.
type delivery struct {
	commit   Commit
	event    int        // index of the current event
	handlers []*Handler // those that get it; nil before it is begun
	next     int        // index of the first handler that was not called
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
		if one, _ = q.unused.Get().(*queue); one == nil {
			one = &queue{}
		}
		q.byGroup[c.Group] = one
	}
	one.push(c)
	q.pending.Add(1)
}

// pop takes the first commit of a group, unless a goroutine is delivering another one. Delivered must follow.
func (q *queues) pop(group string) (*delivery, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	one := q.byGroup[group]
	if one == nil || one.busy || one.empty() {
		return nil, false
	}
	return one.pop(), true
}

// delivered ends the delivery of a group's commit.
func (q *queues) delivered(group string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	one := q.byGroup[group]
	one.busy, one.delivery = false, delivery{}
	if one.empty() {
		delete(q.byGroup, group)
		if cap(one.commits) <= maxUnused {
			*one = queue{commits: one.commits[:0]}
			q.unused.Put(one)
		}
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
