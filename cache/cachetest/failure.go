package cachetest

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
)

func (s *suite) failure(t *testing.T) {
	s.runUnlessWriteBehind(t, "a failed commit has no effect", func(t *testing.T) { failedCommitHasNoEffect(s.withStore(t)) })
	s.runUnlessWriteBehind(t, "a commit that applied despite its error counts", func(t *testing.T) { committedDespiteFailure(s.withStore(t)) })
	s.runUnlessWriteBehind(t, "the next call sees what is stored", func(t *testing.T) { waitingBehindAFailure(s.withStore(t)) })
	s.runUnlessWriteBehind(t, "repeated failures", func(t *testing.T) { repeatedFailures(s.withStore(t)) })
}

// fail runs calls whose commit fails, before anything is stored or after everything is.
func (e *env) fail(after bool, calls ...*testTask) {
	e.Helper()
	hook := func([]*record.Change) error { return errBroken }
	if after {
		e.store.afterCommit.set(hook)
	} else {
		e.store.beforeCommit.set(hook)
	}
	if err := e.try(context.Background(), calls...); err != nil {
		e.Fatalf("Update: %v", err)
	}
	for _, c := range calls {
		if err := c.awaitDone(); !errors.Is(err, cache.ErrUnknown) || !errors.Is(err, errBroken) {
			e.Errorf("a call on %q was done with %v, want ErrUnknown and the cause", c.name, err)
		}
	}
	e.store.clearFaults()
}

func failedCommitHasNoEffect(e *env) {
	e.update(e.add("g", 1))
	e.fail(false, e.add("g", 10), e.add("g", 20), e.add("h", 5))
	e.expectTotal("g", 1)
	e.expectTotal("h", 0)
	next := e.add("g", 100)
	e.update(next)
	if next.version != 2 {
		e.Errorf("the next call led to version %d, want 2", next.version)
	}
	e.expectTotal("g", 101)
}

func committedDespiteFailure(e *env) {
	e.update(e.add("g", 1))
	e.fail(true, e.add("g", 10), e.add("h", 5))
	e.expectTotal("g", 11)
	e.expectTotal("h", 5)
	e.update(e.add("g", 100))
	e.expectTotal("g", 111)
}

// waitingBehindAFailure waits for a group while its commit fails.
func waitingBehindAFailure(e *env) {
	e.update(e.add("g", 1))
	slow := newBarrier()
	var failed atomic.Bool
	e.store.beforeCommit.set(func([]*record.Change) error {
		slow.wait()
		return when(!failed.Swap(true), errBroken)
	})
	defer slow.open()
	first := e.add("g", 10)
	over := async(func() { _ = e.try(context.Background(), first) })
	e.await("the commit", slow.reached)
	var saw int64
	second := e.read("g", func(g *group.Group) { saw = sum(g) })
	third := e.add("g", 100)
	behind := async(func() { e.update(second, third) })
	slow.open()
	e.await("the first call", over)
	e.await("those behind it", behind)
	e.expectError(first, cache.ErrUnknown)
	if saw != 1 {
		e.Errorf("saw %d, want 1: a change was seen that was not stored", saw)
	}
	e.expectTotal("g", 101)
}

// repeatedFailures makes sure that nothing is left behind by commits that fail.
func repeatedFailures(e *env) {
	want := int64(0)
	for n := range 20 {
		e.fail(n%2 == 0, e.add("g", 1), e.add("h", 1))
		e.update(e.add("g", 1), e.add("h", 1))
		want += 2 - int64(n%2)
	}
	e.expectTotal("g", want)
	e.expectTotal("h", want)
}
