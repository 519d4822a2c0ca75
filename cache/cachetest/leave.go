package cachetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/record"
)

func (s *suite) leave(t *testing.T) {
	t.Run("before anything", func(t *testing.T) { s.each(t, leaveBefore) })
	t.Run("while waiting", func(t *testing.T) { leaveWaiting(s.kept(t)) })
	t.Run("while waiting, behind nobody", func(t *testing.T) { leaveAlone(s.kept(t)) })
	s.through(t, "while committing", func(t *testing.T) { leaveCommitting(s.kept(t)) })
	s.through(t, "while committing in vain", func(t *testing.T) { leaveInVain(s.kept(t)) })
	s.through(t, "before a conflict", func(t *testing.T) { leaveBeforeConflict(s.kept(t)) })
	t.Run("a part while committing", func(t *testing.T) { leavePart(s.kept(t)) })
	t.Run("while a flush waits", func(t *testing.T) { leaveBehindFlush(s.kept(t)) })
	s.through(t, "before an id is looked up", func(t *testing.T) { leaveBeforeLookup(s.kept(t)) })
	t.Run("the data is the caller's again", func(t *testing.T) { s.each(t, dataIsFree) })
}

// expectUndone checks a call that must not have happened, and of which that is known.
func (r *rig) expectUndone(c *call, want error) {
	r.Helper()
	r.expectError(c, want)
	if errors.Is(c.err, cache.ErrUnknown) {
		r.Errorf("a call that was not begun was settled with %v", c.err)
	}
	if n := c.applied.Load(); n != 0 {
		r.Errorf("a call that was settled with %v was applied %d times", c.err, n)
	}
}

func leaveBefore(r *rig) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	calls := []*call{r.add("g", 1), r.add("h", 1)}
	if err := r.try(ctx, calls...); err != nil {
		r.Errorf("Update: %v; want nil, since all is settled", err)
	}
	for _, c := range calls {
		r.expectUndone(c, context.Canceled)
	}
	r.expectTotal("g", 0)
}

// stuck starts a call that waits in its commit until the gate opens; where that comes later, it waits at its work.
func (r *rig) stuck(ctx context.Context, c *call) (*gate, <-chan error) {
	slow := newGate()
	r.Cleanup(slow.open)
	if r.ahead {
		c.slow = slow
	} else {
		r.disk.onPersist.set(func([]*record.Change) error {
			slow.pass()
			return nil
		})
	}
	result := make(chan error, 1)
	go func() { result <- r.try(ctx, c) }()
	r.await("the commit", slow.came)
	return slow, result
}

// given waits for the result of an Update.
func (r *rig) given(result <-chan error) error {
	r.Helper()
	select {
	case err := <-result:
		return err
	case <-time.After(patience):
		r.Fatalf("Update does not return")
		return nil
	}
}

// leaveWaiting leaves a queue that goes on with others.
func leaveWaiting(r *rig) {
	slow, first := r.stuck(context.Background(), r.add("g", 1))
	ctx, cancel := context.WithCancel(context.Background())
	impatient, patient := r.add("g", 10), r.add("g", 100)
	left := make(chan error, 1)
	go func() { left <- r.try(ctx, impatient) }()
	stayed := begin(func() { r.update(patient) })
	cancel()
	if err := r.given(left); err != nil {
		r.Errorf("Update: %v; want nil, since all is settled", err)
	}
	r.expectUndone(impatient, context.Canceled)
	slow.open()
	if err := r.given(first); err != nil {
		r.Errorf("the call before: %v", err)
	}
	r.await("the call behind", stayed)
	r.expectTotal("g", 101)
}

// leaveAlone leaves a queue in which nobody else waits.
func leaveAlone(r *rig) {
	slow, first := r.stuck(context.Background(), r.add("g", 1))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	calls := []*call{r.add("g", 10), r.add("g", 20)}
	if err := r.try(ctx, calls...); err != nil {
		r.Errorf("Update: %v; want nil, since all is settled", err)
	}
	for _, c := range calls {
		r.expectUndone(c, context.DeadlineExceeded)
	}
	slow.open()
	if err := r.given(first); err != nil {
		r.Errorf("the call before: %v", err)
	}
	r.expectTotal("g", 1)
}

func (r *rig) expectUnknown(err error) {
	r.Helper()
	if !errors.Is(err, cache.ErrUnknown) || !errors.Is(err, context.Canceled) {
		r.Errorf("Update: %v; want ErrUnknown and the context's error", err)
	}
}

func leaveCommitting(r *rig) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := r.add("g", 1)
	slow, result := r.stuck(ctx, c)
	cancel()
	r.expectUnknown(r.given(result))
	if c.settled.Load() != 0 {
		r.Error("the call was settled before its commit was over")
	}
	slow.open()
	r.expectError(c, nil)
	r.expectTotal("g", 1)
	if n := c.applied.Load(); n != 1 {
		r.Errorf("the call was applied %d times", n)
	}
}

func leaveInVain(r *rig) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := r.add("g", 1)
	slow := newGate()
	defer slow.open()
	r.disk.onPersist.set(func([]*record.Change) error {
		slow.pass()
		return errBroken
	})
	result := make(chan error, 1)
	go func() { result <- r.try(ctx, c) }()
	r.await("the commit", slow.came)
	cancel()
	r.expectUnknown(r.given(result))
	slow.open()
	r.expectError(c, cache.ErrUnknown)
	r.disk.calm()
	r.expectTotal("g", 0)
}

// leaveBeforeConflict leaves a call whose commit turns out to come too late: it is not done again.
func leaveBeforeConflict(r *rig) {
	r.update(r.add("g", 1))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := r.add("g", 10)
	slow := newGate()
	defer slow.open()
	r.disk.onPersist.set(func([]*record.Change) error {
		slow.pass()
		return conflict{"g": true}
	})
	result := make(chan error, 1)
	go func() { result <- r.try(ctx, c) }()
	r.await("the commit", slow.came)
	cancel()
	r.expectUnknown(r.given(result))
	clear(c.data) // must not be read any more
	slow.open()
	r.expectError(c, context.Canceled)
	if n := c.applied.Load(); n != 1 {
		r.Errorf("the call was applied %d times, once after it was left", n)
	}
	r.disk.calm()
	r.expectTotal("g", 1)
}

// leavePart leaves a batch of which one group waits and another is being committed.
func leavePart(r *rig) {
	slow := newGate()
	defer slow.open()
	r.disk.onLoad.set(func(name string) error {
		if name == "slow" {
			slow.pass()
		}
		return nil
	})
	behind := begin(func() { r.update(r.add("slow", 1)) })
	r.await("the load", slow.came)
	ctx, cancel := context.WithCancel(context.Background())
	waits, works := r.add("slow", 10), r.add("fast", 10)
	left := make(chan error, 1)
	go func() { left <- r.try(ctx, waits, works) }()
	r.expectError(works, nil)
	time.Sleep(20 * time.Millisecond) // so that Update knows it too
	cancel()
	if err := r.given(left); err != nil {
		r.Errorf("Update: %v; want nil, since all is settled", err)
	}
	r.expectUndone(waits, context.Canceled)
	slow.open()
	r.await("the slow group", behind)
	r.expectTotal("slow", 1)
	r.expectTotal("fast", 10)
}

// leaveBehindFlush leaves calls that a flush holds up, which itself waits for a commit that hangs.
func leaveBehindFlush(r *rig) {
	r.update(r.add("loaded", 1))
	slow, first := r.stuck(context.Background(), r.add("g", 1))
	flushed := begin(func() { r.wipe() })
	time.Sleep(20 * time.Millisecond) // so that it waits
	for _, c := range []*call{r.add("loaded", 1), r.once("loaded", "a", 1), r.add("new", 1)} {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		left := begin(func() { _ = r.try(ctx, c) }) // however it ends
		select {
		case <-left:
		case <-time.After(patience / 10):
			r.Errorf("a call on group %q still waits for the flush, though its context has ended", c.name)
		}
		cancel()
	}
	slow.open()
	if err := r.given(first); err != nil {
		r.Errorf("the call under way: %v", err)
	}
	r.await("the flush", flushed)
}
