package dictrack

import (
	"container/heap"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/dictrack/dictrack/limiter"
)

// sweeper knows when groups are due.
type sweeper struct {
	m    *Manager
	wake chan struct{} // capacity 1: something is due earlier than before
	// ended is closed when run has ended, or was never begun.
	ended chan struct{}

	mu      sync.Mutex // protects all below
	queue   dueQueue
	known   map[string]int64 // group -> the earliest it is queued for
	horizon int64            // due times of the store up to here are queued
	filled  bool
}

func newSweeper(m *Manager) *sweeper {
	return &sweeper{m: m, wake: make(chan struct{}, 1), ended: make(chan struct{}), known: map[string]int64{}}
}

// note takes in that the clock changes a group at due.
func (s *sweeper) note(name string, due int64) {
	if due == limiter.Never {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if due > s.horizon && s.filled {
		return // who keeps the group tells when it comes nearer
	}
	if at, ok := s.known[name]; ok && at <= due {
		return
	}
	s.known[name] = due
	heap.Push(&s.queue, dueGroup{name, due})
	if s.queue[0].at == due {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// take removes at most limit groups that are due at now.
func (s *sweeper) take(now int64, limit int) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for len(s.queue) > 0 && s.queue[0].at <= now && len(names) < limit {
		one := heap.Pop(&s.queue).(dueGroup)
		if at, ok := s.known[one.name]; ok && at == one.at {
			delete(s.known, one.name)
			names = append(names, one.name)
		}
	}
	return names
}

// refill queues what the store, and a cache that is ahead of it, say is due within the horizon.
func (s *sweeper) refill(ctx context.Context, now int64) error {
	sources := s.m.dueSources()
	if len(sources) == 0 || !s.stale(now) {
		return nil
	}
	const most = 10_000
	until, all := now+horizon, []dueGroup(nil)
	for _, source := range sources {
		due, err := source(ctx, until, most)
		if err != nil {
			return err
		}
		if len(due) == most {
			until = due[most-1].at // the rest comes with the next refill
		}
		all = append(all, due...)
	}
	s.mu.Lock()
	s.horizon, s.filled = until, true
	s.mu.Unlock()
	for _, d := range all {
		s.note(d.name, d.at)
	}
	return nil
}

// stale tells whether the store is to be asked again.
func (s *sweeper) stale(now int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.filled || now >= s.horizon-horizon/2
}

// run sweeps whenever something is due, until the Manager closes.
func (s *sweeper) run() {
	defer close(s.ended)
	var forgotten int64
	for s.m.life.Err() == nil {
		now := s.m.now()
		failed, err := s.m.sweepDue(s.m.life, now)
		if now >= forgotten+horizon {
			err = errors.Join(err, s.m.forget(s.m.life, now))
			forgotten = now
		}
		s.log(errors.Join(failed, err))
		wake := s.wake
		if err != nil {
			wake = nil // a pause, whatever is due
		}
		timer := time.NewTimer(s.pause(err))
		select {
		case <-s.m.life.Done():
		case <-wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (s *sweeper) log(err error) {
	if err != nil && s.m.life.Err() == nil {
		s.m.options.Logger.Error("sweep failed, will try again", "error", err)
	}
}

// wait returns when run has ended, or ctx ends.
func (s *sweeper) wait(ctx context.Context) error {
	select {
	case <-s.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pause is how long nothing is due, or a failed sweep waits. A clock that is not the system's may jump, so it is looked at often.
func (s *sweeper) pause(err error) time.Duration {
	if err != nil {
		return time.Duration(retrySweep) * time.Millisecond
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	wait := time.Second
	if len(s.queue) > 0 {
		wait = min(wait, time.Duration(s.queue[0].at-s.m.now())*time.Millisecond)
	}
	return max(wait, time.Millisecond)
}

// dueGroup is a group and when it is due.
type dueGroup struct {
	name string
	at   int64
}

// dueQueue is a heap, the earliest first.
type dueQueue []dueGroup

func (q dueQueue) Len() int           { return len(q) }
func (q dueQueue) Less(i, j int) bool { return q[i].at < q[j].at }
func (q dueQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *dueQueue) Push(x any) { *q = append(*q, x.(dueGroup)) }

// Pop implements heap.Interface.
func (q *dueQueue) Pop() any {
	last := len(*q) - 1
	x := (*q)[last]
	*q = (*q)[:last]
	return x
}
