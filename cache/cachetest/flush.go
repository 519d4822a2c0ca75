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
	t.Run("drops groups and ids", func(t *testing.T) { s.each(t, dropsAll) })
	t.Run("versions never restart", func(t *testing.T) { s.each(t, versionsGoOn) })
	t.Run("fails with what it runs", func(t *testing.T) { s.each(t, flushFails) })
	t.Run("fails half-way", func(t *testing.T) { flushFailsHalfway(s.kept(t)) })
	t.Run("not when the context has ended", func(t *testing.T) { s.each(t, flushTooLate) })
	t.Run("gives up waiting", func(t *testing.T) { flushGivesUp(s.kept(t)) })
	t.Run("while calls go on", func(t *testing.T) { flushWhileCalls(s.kept(t)) })
}

// wipe flushes the cache and what is behind it.
func (r *rig) wipe() {
	r.Helper()
	err := r.cache.Flush(context.Background(), func() error {
		if r.disk != nil {
			r.disk.wipe()
		}
		return nil
	})
	if err != nil {
		r.Fatalf("Flush: %v", err)
	}
}

func dropsAll(r *rig) {
	r.update(r.once("g", "a", 1), r.add("h", 1))
	r.wipe()
	r.expectNames()
	r.expectTotal("g", 0)
	again := r.once("g", "a", 5)
	r.update(again)
	r.expectSeen(again, nil)
	r.expectTotal("g", 5)
	r.expectTotal("h", 0)
}

func versionsGoOn(r *rig) {
	var last *call
	for range 30 {
		last = r.add("old", 1)
		r.update(last)
	}
	r.update(r.add("young", 1))
	r.wipe()
	for _, name := range []string{"old", "young", "new"} {
		first := r.add(name, 1)
		r.update(first)
		if first.version <= last.version {
			r.Errorf("group %q has version %d after the flush, and %d was there before", name, first.version, last.version)
		}
	}
}

func flushFails(r *rig) {
	r.update(r.add("g", 1))
	if err := r.cache.Flush(context.Background(), func() error { return errBroken }); !errors.Is(err, errBroken) {
		r.Errorf("Flush: %v, want the error of what it runs", err)
	}
	r.update(r.add("g", 1))
	r.expectTotal("g", 2)
}

// flushFailsHalfway lets the groups be gone although the flush says that it failed: what is kept counts.
func flushFailsHalfway(r *rig) {
	r.update(r.add("g", 1))
	r.drain()
	err := r.cache.Flush(context.Background(), func() error {
		r.disk.wipe()
		return errBroken
	})
	if !errors.Is(err, errBroken) {
		r.Errorf("Flush: %v, want the error of what it runs", err)
	}
	r.expectTotal("g", 0)
	r.update(r.add("g", 10))
	r.expectTotal("g", 10)
}

func flushTooLate(r *rig) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r.update(r.add("g", 1))
	ran := false
	err := r.cache.Flush(ctx, func() error {
		ran = true
		return nil
	})
	if !errors.Is(err, context.Canceled) || ran {
		r.Errorf("Flush: %v, ran: %v; want the context's error and nothing done", err, ran)
	}
	r.expectTotal("g", 1)
}

// flushGivesUp flushes while a commit hangs.
func flushGivesUp(r *rig) {
	slow, first := r.stuck(context.Background(), r.add("g", 1))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	var ran atomic.Bool
	gaveUp := make(chan error, 1)
	go func() {
		gaveUp <- r.cache.Flush(ctx, func() error {
			ran.Store(true)
			return nil
		})
	}()
	select {
	case err := <-gaveUp:
		if !errors.Is(err, context.DeadlineExceeded) || ran.Load() {
			r.Errorf("Flush: %v, ran: %v; want the context's error and nothing done", err, ran.Load())
		}
	case <-time.After(patience / 4):
		r.Errorf("Flush still waits for a commit, though its context has ended")
	}
	slow.open()
	if err := r.given(first); err != nil {
		r.Errorf("the call under way: %v", err)
	}
	r.expectTotal("g", 1)
}

// flushWhileCalls flushes several times in the middle of traffic: what was settled before is gone, what
// is settled later is all there.
func flushWhileCalls(r *rig) {
	var epoch, inside atomic.Int64
	r.disk.onPersist.set(func([]*record.Change) error {
		inside.Add(1)
		time.Sleep(50 * time.Microsecond)
		inside.Add(-1)
		return nil
	})
	var kept [4]atomic.Int64
	stop := make(chan struct{})
	var callers sync.WaitGroup
	for worker := range 4 {
		callers.Go(func() { r.callUntil(stop, fmt.Sprint("g", worker%2), &epoch, &kept) })
	}
	for range len(kept) - 1 {
		time.Sleep(10 * time.Millisecond)
		err := r.cache.Flush(context.Background(), func() error {
			if inside.Load() != 0 {
				r.Error("a commit was under way during the flush")
			}
			r.disk.wipe()
			epoch.Add(1)
			return nil
		})
		if err != nil {
			r.Errorf("Flush: %v", err)
		}
	}
	time.Sleep(5 * time.Millisecond)
	close(stop)
	callers.Wait()
	var got int64
	for _, name := range []string{"g0", "g1"} {
		r.update(r.look(name, func(g *group.Group) { got += sum(g) }))
	}
	if want := kept[len(kept)-1].Load(); got != want {
		r.Errorf("%d calls were settled since the last flush, and the groups have %d", want, got)
	}
}

// callUntil adds to a group again and again, and counts by the epoch in which the call was applied.
func (r *rig) callUntil(stop <-chan struct{}, name string, epoch *atomic.Int64, kept *[4]atomic.Int64) {
	for {
		select {
		case <-stop:
			return
		default:
		}
		c := r.add(name, 1)
		c.epoch = epoch
		if err := r.try(context.Background(), c); err != nil || c.done() != nil {
			r.Errorf("Update: %v, %v", err, c.err)
			return
		}
		kept[c.at].Add(1)
	}
}
