package cachetest

import (
	"context"
	"sync"
	"time"

	"github.com/dictrack/dictrack/record"
)

// leaveBeforeLookup leaves a call that is about to be applied, while the id of another is looked up.
func leaveBeforeLookup(r *rig) {
	slow, first := r.stuck(context.Background(), r.add("g", 1))
	lookup := newGate()
	defer lookup.open()
	r.disk.onSeen.set(func(string, string) error {
		lookup.pass()
		return nil
	})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	impatient, other := r.add("g", 10), r.once("g", "a", 100)
	left := make(chan error, 1)
	go func() { left <- r.try(ctx, impatient) }()
	time.Sleep(20 * time.Millisecond) // so that it is the first in line
	others := begin(func() { r.update(other) })
	time.Sleep(20 * time.Millisecond)
	slow.open()
	if err := r.given(first); err != nil {
		r.Errorf("the call before: %v", err)
	}
	r.await("the lookup", lookup.came)
	cancel()
	_ = r.given(left) // whatever it says
	clear(impatient.data)
	lookup.open()
	r.await("the other call", others)
	r.expectUndone(impatient, context.Canceled)
	r.expectTotal("g", 101)
}

// dataIsFree overwrites data as soon as Update has returned, however it did: the race detector and the
// totals tell when it is read later.
func dataIsFree(r *rig) {
	if r.disk != nil {
		r.disk.onPersist.set(func([]*record.Change) error {
			time.Sleep(200 * time.Microsecond)
			return nil
		})
	}
	var mu sync.Mutex
	var all []*call
	var callers sync.WaitGroup
	for worker := range 6 {
		callers.Go(func() {
			for n := range 40 {
				wait := time.Duration(worker*n) * 10 * time.Microsecond
				ctx, cancel := context.WithTimeout(context.Background(), wait)
				c := r.add("g", 1)
				_ = r.try(ctx, c) // whatever it says
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
		if c.done() == nil {
			want++
		}
	}
	r.expectTotal("g", want)
}
