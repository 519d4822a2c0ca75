package cachetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
)

func (s *suite) close(t *testing.T) {
	t.Run("later calls are refused", func(t *testing.T) { s.withAndWithoutStore(t, closedRefuses) })
	t.Run("waits for a running commit", func(t *testing.T) { closeWaits(s.withStore(t)) })
	t.Run("waits for queued tasks", func(t *testing.T) { closeWaitsForAll(s.withStore(t)) })
	t.Run("waits for a running task", func(t *testing.T) { s.withAndWithoutStore(t, closeWaitsForWork) })
	t.Run("gives up waiting", func(t *testing.T) { closeGivesUp(s.withStore(t)) })
}

func closedRefuses(e *env) {
	e.update(e.add("g", 1))
	for range 2 {
		if err := e.cache.Close(context.Background()); err != nil {
			e.Errorf("Close: %v", err)
		}
	}
	calls := []*testTask{e.add("g", 1), e.addWithID("h", "a", 1)}
	if err := e.try(context.Background(), calls...); err != nil {
		e.Errorf("Update: %v; want nil, since every task is done", err)
	}
	for _, c := range calls {
		e.expectNotApplied(c, record.ErrClosed)
	}
	err := e.cache.Flush(context.Background(), func() error {
		e.Error("a closed cache was flushed")
		return nil
	})
	if !errors.Is(err, record.ErrClosed) {
		e.Errorf("Flush: %v, want ErrClosed", err)
	}
}

// closing closes the cache, which has something to wait for; the result comes in the channel.
func (e *env) closing() <-chan error {
	e.Helper()
	result := make(chan error, 1)
	go func() { result <- e.cache.Close(context.Background()) }()
	select {
	case err := <-result:
		e.Errorf("Close returned %v while tasks were under way", err)
		result <- err
	case <-time.After(30 * time.Millisecond):
	}
	return result
}

func (e *env) expectClosed(result <-chan error) {
	e.Helper()
	if err := e.awaitResult(result); err != nil {
		e.Errorf("Close: %v", err)
	}
}

func closeWaits(e *env) {
	c := e.add("g", 1)
	slow, first := e.blocked(context.Background(), c)
	closed := e.closing()
	slow.open()
	e.expectClosed(closed)
	if c.doneCount.Load() != 1 {
		e.Error("Close returned before the running task was done")
	}
	if err := e.awaitResult(first); err != nil || c.awaitDone() != nil {
		e.Errorf("the call under way: %v, %v", err, c.err)
	}
	e.store.expectTotal(e, "g", 1)
}

// closeWaitsForAll closes while a commit is under way and others wait for its group.
func closeWaitsForAll(e *env) {
	e.update(e.add("g", 1))
	slow, first := e.blocked(context.Background(), e.add("g", 10))
	line := []*testTask{e.add("g", 100), e.addWithID("g", "a", 200)}
	waiting := async(func() {
		if err := e.try(context.Background(), line...); err != nil {
			e.Errorf("Update: %v", err)
		}
	})
	time.Sleep(20 * time.Millisecond) // so that they are in line
	closed := e.closing()
	slow.open()
	e.expectClosed(closed)
	for _, c := range line {
		if c.doneCount.Load() != 1 {
			e.Error("Close returned before a queued task was done")
		}
	}
	if err := e.awaitResult(first); err != nil {
		e.Errorf("the call under way: %v", err)
	}
	e.await("those in line", waiting)
	for _, c := range line {
		e.expectError(c, nil)
	}
	e.store.expectTotal(e, "g", 311)
}

func closeWaitsForWork(e *env) {
	slow := newBarrier()
	defer slow.open()
	c := e.read("g", func(*group.Group) { slow.wait() })
	working := async(func() { e.update(c) })
	e.await("the task", slow.reached)
	closed := e.closing()
	slow.open()
	e.expectClosed(closed)
	if c.doneCount.Load() != 1 {
		e.Error("Close returned before the running task was done")
	}
	e.await("the caller", working)
}

// closeGivesUp closes while a commit hangs, and lets it end later.
func closeGivesUp(e *env) {
	c := e.add("g", 1)
	slow, first := e.blocked(context.Background(), c)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if err := e.cache.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		e.Errorf("Close: %v, want the context's error", err)
	}
	late := e.add("h", 1)
	e.run(late)
	e.expectNotApplied(late, record.ErrClosed)
	slow.open()
	if err := e.awaitResult(first); err != nil {
		e.Errorf("the call under way: %v", err)
	}
	e.await("the call under way", c.finished)
	switch {
	case errors.Is(c.err, cache.ErrUnknown) || c.err == nil && e.writeBehind:
	case c.err == nil:
		e.store.expectTotal(e, "g", 1)
	default:
		e.store.expectTotal(e, "g", 0)
	}
}

// run runs a call whose outcome the test looks at itself.
func (e *env) run(c *testTask) {
	e.Helper()
	if err := e.try(context.Background(), c); err != nil {
		e.Errorf("Update: %v", err)
	}
}
