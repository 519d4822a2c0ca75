package cachetest

import (
	"context"
	"sync"
	"time"

	"github.com/dictrack/dictrack/record"
)

// cancelBeforeLookup leaves a call that is about to be applied, while the id of another is looked up.
func cancelBeforeLookup(e *env) {
	slow, first := e.blocked(context.Background(), e.add("g", 1))
	lookup := newBarrier()
	defer lookup.open()
	e.store.beforeLookup.set(func(string, string) error {
		lookup.wait()
		return nil
	})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cancelled, other := e.add("g", 10), e.addWithID("g", "a", 100)
	left := make(chan error, 1)
	go func() { left <- e.try(ctx, cancelled) }()
	time.Sleep(20 * time.Millisecond) // so that it is the first in line
	others := async(func() { e.update(other) })
	time.Sleep(20 * time.Millisecond)
	slow.open()
	if err := e.awaitResult(first); err != nil {
		e.Errorf("the call before: %v", err)
	}
	e.await("the lookup", lookup.reached)
	cancel()
	_ = e.awaitResult(left) // whatever it says
	clear(cancelled.data)
	lookup.open()
	e.await("the other call", others)
	e.expectNotApplied(cancelled, context.Canceled)
	e.expectTotal("g", 101)
}

// dataIsNotReadLater overwrites data as soon as Update has returned, however it did: the race detector and the
// totals tell when it is read later.
func dataIsNotReadLater(e *env) {
	if e.store != nil {
		e.store.beforeCommit.set(func([]*record.Change) error {
			time.Sleep(200 * time.Microsecond)
			return nil
		})
	}
	var mu sync.Mutex
	var all []*testTask
	var callers sync.WaitGroup
	for worker := range 6 {
		callers.Go(func() {
			for n := range 40 {
				wait := time.Duration(worker*n) * 10 * time.Microsecond
				ctx, cancel := context.WithTimeout(context.Background(), wait)
				c := e.add("g", 1)
				_ = e.try(ctx, c) // whatever it says
				copy(c.data, `{"n":9}`)
				cancel()
				mu.Lock()
				all = append(all, c)
				mu.Unlock()
			}
		})
	}
	callers.Wait()
	want := int64(0)
	for _, c := range all {
		if c.awaitDone() == nil {
			want++
		}
	}
	e.expectTotal("g", want)
}
