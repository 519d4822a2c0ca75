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
	t.Run("later calls are refused", func(t *testing.T) { s.each(t, closedRefuses) })
	t.Run("waits for a commit under way", func(t *testing.T) { closeWaits(s.kept(t)) })
	t.Run("waits for those in line", func(t *testing.T) { closeWaitsForAll(s.kept(t)) })
	t.Run("waits for a task at work", func(t *testing.T) { s.each(t, closeWaitsForWork) })
	t.Run("gives up waiting", func(t *testing.T) { closeGivesUp(s.kept(t)) })
}

func closedRefuses(r *rig) {
	r.update(r.add("g", 1))
	for range 2 {
		if err := r.cache.Close(context.Background()); err != nil {
			r.Errorf("Close: %v", err)
		}
	}
	calls := []*call{r.add("g", 1), r.once("h", "a", 1)}
	if err := r.try(context.Background(), calls...); err != nil {
		r.Errorf("Update: %v; want nil, since all is settled", err)
	}
	for _, c := range calls {
		r.expectUndone(c, record.ErrClosed)
	}
	err := r.cache.Flush(context.Background(), func() error {
		r.Error("a closed cache was flushed")
		return nil
	})
	if !errors.Is(err, record.ErrClosed) {
		r.Errorf("Flush: %v, want ErrClosed", err)
	}
}

// closing closes the cache, which has something to wait for; the result comes in the channel.
func (r *rig) closing() <-chan error {
	r.Helper()
	result := make(chan error, 1)
	go func() { result <- r.cache.Close(context.Background()) }()
	select {
	case err := <-result:
		r.Errorf("Close returned %v while tasks were under way", err)
		result <- err
	case <-time.After(30 * time.Millisecond):
	}
	return result
}

func (r *rig) expectClosed(result <-chan error) {
	r.Helper()
	if err := r.given(result); err != nil {
		r.Errorf("Close: %v", err)
	}
}

func closeWaits(r *rig) {
	c := r.add("g", 1)
	slow, first := r.stuck(context.Background(), c)
	closed := r.closing()
	slow.open()
	r.expectClosed(closed)
	if c.settled.Load() != 1 {
		r.Error("Close returned before the task under way was settled")
	}
	if err := r.given(first); err != nil || c.done() != nil {
		r.Errorf("the call under way: %v, %v", err, c.err)
	}
	r.disk.groupTotal(r, "g", 1)
}

// closeWaitsForAll closes while a commit is under way and others wait for its group.
func closeWaitsForAll(r *rig) {
	r.update(r.add("g", 1))
	slow, first := r.stuck(context.Background(), r.add("g", 10))
	line := []*call{r.add("g", 100), r.once("g", "a", 200)}
	waiting := begin(func() {
		if err := r.try(context.Background(), line...); err != nil {
			r.Errorf("Update: %v", err)
		}
	})
	time.Sleep(20 * time.Millisecond) // so that they are in line
	closed := r.closing()
	slow.open()
	r.expectClosed(closed)
	for _, c := range line {
		if c.settled.Load() != 1 {
			r.Error("Close returned before a task in line was settled")
		}
	}
	if err := r.given(first); err != nil {
		r.Errorf("the call under way: %v", err)
	}
	r.await("those in line", waiting)
	for _, c := range line {
		r.expectError(c, nil)
	}
	r.disk.groupTotal(r, "g", 311)
}

func closeWaitsForWork(r *rig) {
	slow := newGate()
	defer slow.open()
	c := r.look("g", func(*group.Group) { slow.pass() })
	working := begin(func() { r.update(c) })
	r.await("the task", slow.came)
	closed := r.closing()
	slow.open()
	r.expectClosed(closed)
	if c.settled.Load() != 1 {
		r.Error("Close returned before the task at work was settled")
	}
	r.await("the caller", working)
}

// closeGivesUp closes while a commit hangs, and lets it end later.
func closeGivesUp(r *rig) {
	c := r.add("g", 1)
	slow, first := r.stuck(context.Background(), c)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if err := r.cache.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		r.Errorf("Close: %v, want the context's error", err)
	}
	late := r.add("h", 1)
	r.run(late)
	r.expectUndone(late, record.ErrClosed)
	slow.open()
	if err := r.given(first); err != nil {
		r.Errorf("the call under way: %v", err)
	}
	r.await("the call under way", c.over)
	switch {
	case errors.Is(c.err, cache.ErrUnknown) || c.err == nil && r.ahead:
	case c.err == nil:
		r.disk.groupTotal(r, "g", 1)
	default:
		r.disk.groupTotal(r, "g", 0)
	}
}

// run runs a call whose outcome the test looks at itself.
func (r *rig) run(c *call) {
	r.Helper()
	if err := r.try(context.Background(), c); err != nil {
		r.Errorf("Update: %v", err)
	}
}
