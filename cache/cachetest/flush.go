package cachetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
)

func (s *suite) flush(t *testing.T) {
	t.Run("deletes groups and ids", func(t *testing.T) { s.withAndWithoutStore(t, flushDropsAll) })
	t.Run("versions never repeat", func(t *testing.T) { s.withAndWithoutStore(t, versionsGoOn) })
	t.Run("fails when the store's flush fails", func(t *testing.T) { s.withAndWithoutStore(t, flushFails) })
	t.Run("fails after the store was flushed", func(t *testing.T) { flushFailsHalfway(s.withStore(t)) })
	t.Run("not with a cancelled context", func(t *testing.T) { s.withAndWithoutStore(t, flushWithEndedContext) })
	t.Run("gives up waiting", func(t *testing.T) { flushGivesUp(s.withStore(t)) })
	t.Run("while calls go on", func(t *testing.T) { flushWhileCalls(s.withStore(t)) })
}

func flushDropsAll(e *env) {
	e.update(e.addWithID("g", "a", 1), e.add("h", 1))
	e.flush()
	e.expectNames()
	e.expectTotal("g", 0)
	again := e.addWithID("g", "a", 5)
	e.update(again)
	e.expectSeen(again, nil)
	e.expectTotal("g", 5)
	e.expectTotal("h", 0)
}

func versionsGoOn(e *env) {
	var last *testTask
	for range 30 {
		last = e.add("old", 1)
		e.update(last)
	}
	e.update(e.add("young", 1))
	e.flush()
	for _, name := range []string{"old", "young", "new"} {
		first := e.add(name, 1)
		e.update(first)
		if first.version <= last.version {
			e.Errorf("group %q has version %d after the flush, and %d was there before", name, first.version, last.version)
		}
	}
}

func flushFails(e *env) {
	e.update(e.add("g", 1))
	if err := e.cache.Flush(context.Background(), func() error { return errBroken }); !errors.Is(err, errBroken) {
		e.Errorf("Flush: %v, want the error of what it runs", err)
	}
	e.update(e.add("g", 1))
	e.expectTotal("g", 2)
}

// flushFailsHalfway lets the groups be gone although the flush says that it failed: what is stored counts.
func flushFailsHalfway(e *env) {
	e.update(e.add("g", 1))
	e.sync()
	err := e.cache.Flush(context.Background(), func() error {
		e.store.truncate()
		return errBroken
	})
	if !errors.Is(err, errBroken) {
		e.Errorf("Flush: %v, want the error of what it runs", err)
	}
	e.expectTotal("g", 0)
	e.update(e.add("g", 10))
	e.expectTotal("g", 10)
}

func flushWithEndedContext(e *env) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	e.update(e.add("g", 1))
	ran := false
	err := e.cache.Flush(ctx, func() error {
		ran = true
		return nil
	})
	if !errors.Is(err, context.Canceled) || ran {
		e.Errorf("Flush: %v, ran: %v; want the context's error and nothing done", err, ran)
	}
	e.expectTotal("g", 1)
}

// flushGivesUp flushes while a commit hangs.
func flushGivesUp(e *env) {
	slow, first := e.blocked(context.Background(), e.add("g", 1))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	var ran atomic.Bool
	gaveUp := make(chan error, 1)
	go func() {
		gaveUp <- e.cache.Flush(ctx, func() error {
			ran.Store(true)
			return nil
		})
	}()
	select {
	case err := <-gaveUp:
		if !errors.Is(err, context.DeadlineExceeded) || ran.Load() {
			e.Errorf("Flush: %v, ran: %v; want the context's error and nothing done", err, ran.Load())
		}
	case <-time.After(testTimeout / 4):
		e.Errorf("Flush still waits for a commit, though its context has ended")
	}
	slow.open()
	if err := e.awaitResult(first); err != nil {
		e.Errorf("the call under way: %v", err)
	}
	e.expectTotal("g", 1)
}

// flushWhileCalls flushes several times during calls: what was done before is deleted, what
// is done after it stays.
func flushWhileCalls(e *env) {
	var epoch, inside atomic.Int64
	e.store.beforeCommit.set(func([]*record.Change) error {
		inside.Add(1)
		time.Sleep(50 * time.Microsecond)
		inside.Add(-1)
		return nil
	})
	var done [4]atomic.Int64
	stop := make(chan struct{})
	var callers sync.WaitGroup
	for worker := range 4 {
		callers.Go(func() { e.addUntil(stop, fmt.Sprint("g", worker%2), &epoch, &done) })
	}
	for range len(done) - 1 {
		time.Sleep(10 * time.Millisecond)
		err := e.cache.Flush(context.Background(), func() error {
			if inside.Load() != 0 {
				e.Error("a commit was under way during the flush")
			}
			e.store.truncate()
			epoch.Add(1)
			return nil
		})
		if err != nil {
			e.Errorf("Flush: %v", err)
		}
	}
	time.Sleep(5 * time.Millisecond)
	close(stop)
	callers.Wait()
	var got int64
	for _, name := range []string{"g0", "g1"} {
		e.update(e.read(name, func(g *group.Group) { got += sum(g) }))
	}
	if want := done[len(done)-1].Load(); got != want {
		e.Errorf("%d calls were done since the last flush, and the groups have %d", want, got)
	}
}

// addUntil adds to a group again and again, and counts by the epoch in which the call was applied.
func (e *env) addUntil(stop <-chan struct{}, name string, epoch *atomic.Int64, done *[4]atomic.Int64) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		c := e.add(name, 1)
		c.epoch = epoch
		if err := e.try(context.Background(), c); err != nil || c.awaitDone() != nil {
			e.Errorf("Update: %v, %v", err, c.err)
			return
		}
		done[c.at].Add(1)
	}
}
