package cachetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/record"
)

func (s *suite) cancel(t *testing.T) {
	t.Run("before the call", func(t *testing.T) { s.withAndWithoutStore(t, cancelledBefore) })
	t.Run("while waiting", func(t *testing.T) { cancelWaiting(s.withStore(t)) })
	t.Run("while waiting, as the only call", func(t *testing.T) { cancelWaitingAlone(s.withStore(t)) })
	s.runUnlessWriteBehind(t, "while committing", func(t *testing.T) { cancelDuringCommit(s.withStore(t)) })
	s.runUnlessWriteBehind(t, "while a commit fails", func(t *testing.T) { cancelDuringFailingCommit(s.withStore(t)) })
	s.runUnlessWriteBehind(t, "before a conflict", func(t *testing.T) { cancelBeforeConflict(s.withStore(t)) })
	t.Run("some calls while committing", func(t *testing.T) { cancelPartOfBatch(s.withStore(t)) })
	t.Run("while a flush waits", func(t *testing.T) { cancelDuringFlush(s.withStore(t)) })
	s.runUnlessWriteBehind(t, "before an id is looked up", func(t *testing.T) { cancelBeforeLookup(s.withStore(t)) })
	t.Run("the caller owns the message again", func(t *testing.T) { s.withAndWithoutStore(t, dataIsNotReadLater) })
}

// expectNotApplied checks a call that must not have happened, and of which that is known.
func (e *env) expectNotApplied(c *testTask, want error) {
	e.Helper()
	e.expectError(c, want)
	if errors.Is(c.err, cache.ErrUnknown) {
		e.Errorf("a call that had not run was done with %v", c.err)
	}
	if n := c.applyCount.Load(); n != 0 {
		e.Errorf("a call that was done with %v was applied %d times", c.err, n)
	}
}

func cancelledBefore(e *env) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	calls := []*testTask{e.add("g", 1), e.add("h", 1)}
	if err := e.try(ctx, calls...); err != nil {
		e.Errorf("Update: %v; want nil, since every task is done", err)
	}
	for _, c := range calls {
		e.expectNotApplied(c, context.Canceled)
	}
	e.expectTotal("g", 0)
}

// blocked starts a call that waits in its commit until the gate opens; where that comes later, it waits at its work.
func (e *env) blocked(ctx context.Context, c *testTask) (*barrier, <-chan error) {
	slow := newBarrier()
	e.Cleanup(slow.open)
	if e.writeBehind {
		c.block = slow
	} else {
		e.store.beforeCommit.set(func([]*record.Change) error {
			slow.wait()
			return nil
		})
	}
	result := make(chan error, 1)
	go func() { result <- e.try(ctx, c) }()
	e.await("the commit", slow.reached)
	return slow, result
}

// awaitResult waits for the result of an Update.
func (e *env) awaitResult(result <-chan error) error {
	e.Helper()
	select {
	case err := <-result:
		return err
	case <-time.After(testTimeout):
		e.Fatalf("Update does not return")
		return nil
	}
}

// cancelWaiting leaves a queue that goes on with others.
func cancelWaiting(e *env) {
	slow, first := e.blocked(context.Background(), e.add("g", 1))
	ctx, cancel := context.WithCancel(context.Background())
	cancelled, other := e.add("g", 10), e.add("g", 100)
	left := make(chan error, 1)
	go func() { left <- e.try(ctx, cancelled) }()
	stayed := async(func() { e.update(other) })
	cancel()
	if err := e.awaitResult(left); err != nil {
		e.Errorf("Update: %v; want nil, since every task is done", err)
	}
	e.expectNotApplied(cancelled, context.Canceled)
	slow.open()
	if err := e.awaitResult(first); err != nil {
		e.Errorf("the call before: %v", err)
	}
	e.await("the call behind", stayed)
	e.expectTotal("g", 101)
}

// cancelWaitingAlone leaves a queue in which nobody else waits.
func cancelWaitingAlone(e *env) {
	slow, first := e.blocked(context.Background(), e.add("g", 1))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	calls := []*testTask{e.add("g", 10), e.add("g", 20)}
	if err := e.try(ctx, calls...); err != nil {
		e.Errorf("Update: %v; want nil, since every task is done", err)
	}
	for _, c := range calls {
		e.expectNotApplied(c, context.DeadlineExceeded)
	}
	slow.open()
	if err := e.awaitResult(first); err != nil {
		e.Errorf("the call before: %v", err)
	}
	e.expectTotal("g", 1)
}

func (e *env) expectUnknown(err error) {
	e.Helper()
	if !errors.Is(err, cache.ErrUnknown) || !errors.Is(err, context.Canceled) {
		e.Errorf("Update: %v; want ErrUnknown and the context's error", err)
	}
}

func cancelDuringCommit(e *env) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := e.add("g", 1)
	slow, result := e.blocked(ctx, c)
	cancel()
	e.expectUnknown(e.awaitResult(result))
	if c.doneCount.Load() != 0 {
		e.Error("the call was done before its commit ended")
	}
	slow.open()
	e.expectError(c, nil)
	e.expectTotal("g", 1)
	if n := c.applyCount.Load(); n != 1 {
		e.Errorf("the call was applied %d times", n)
	}
}

func cancelDuringFailingCommit(e *env) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := e.add("g", 1)
	slow := newBarrier()
	defer slow.open()
	e.store.beforeCommit.set(func([]*record.Change) error {
		slow.wait()
		return errBroken
	})
	result := make(chan error, 1)
	go func() { result <- e.try(ctx, c) }()
	e.await("the commit", slow.reached)
	cancel()
	e.expectUnknown(e.awaitResult(result))
	slow.open()
	e.expectError(c, cache.ErrUnknown)
	e.store.clearFaults()
	e.expectTotal("g", 0)
}

// cancelBeforeConflict leaves a call whose commit turns out to come too late: it is not done again.
func cancelBeforeConflict(e *env) {
	e.update(e.add("g", 1))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := e.add("g", 10)
	slow := newBarrier()
	defer slow.open()
	e.store.beforeCommit.set(func([]*record.Change) error {
		slow.wait()
		return conflict{"g": true}
	})
	result := make(chan error, 1)
	go func() { result <- e.try(ctx, c) }()
	e.await("the commit", slow.reached)
	cancel()
	e.expectUnknown(e.awaitResult(result))
	clear(c.data) // must not be read any more
	slow.open()
	e.expectError(c, context.Canceled)
	if n := c.applyCount.Load(); n != 1 {
		e.Errorf("the call was applied %d times, once after it was left", n)
	}
	e.store.clearFaults()
	e.expectTotal("g", 1)
}

// cancelPartOfBatch leaves a batch of which one group waits and another is being committed.
func cancelPartOfBatch(e *env) {
	slow := newBarrier()
	defer slow.open()
	e.store.beforeLoad.set(func(name string) error {
		if name == "slow" {
			slow.wait()
		}
		return nil
	})
	behind := async(func() { e.update(e.add("slow", 1)) })
	e.await("the load", slow.reached)
	ctx, cancel := context.WithCancel(context.Background())
	waits, works := e.add("slow", 10), e.add("fast", 10)
	left := make(chan error, 1)
	go func() { left <- e.try(ctx, waits, works) }()
	e.expectError(works, nil)
	time.Sleep(20 * time.Millisecond) // so that Update knows it too
	cancel()
	if err := e.awaitResult(left); err != nil {
		e.Errorf("Update: %v; want nil, since every task is done", err)
	}
	e.expectNotApplied(waits, context.Canceled)
	slow.open()
	e.await("the slow group", behind)
	e.expectTotal("slow", 1)
	e.expectTotal("fast", 10)
}

// cancelDuringFlush leaves calls that a flush holds up, which itself waits for a commit that hangs.
func cancelDuringFlush(e *env) {
	e.update(e.add("loaded", 1))
	slow, first := e.blocked(context.Background(), e.add("g", 1))
	flushed := async(func() { e.flush() })
	time.Sleep(20 * time.Millisecond) // so that it waits
	for _, c := range []*testTask{e.add("loaded", 1), e.addWithID("loaded", "a", 1), e.add("new", 1)} {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		left := async(func() { _ = e.try(ctx, c) }) // however it ends
		select {
		case <-left:
		case <-time.After(testTimeout / 10):
			e.Errorf("a call on group %q still waits for the flush, though its context has ended", c.name)
		}
		cancel()
	}
	slow.open()
	if err := e.awaitResult(first); err != nil {
		e.Errorf("the call under way: %v", err)
	}
	e.await("the flush", flushed)
}
