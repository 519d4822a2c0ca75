package cachetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/record"
)

func (s *suite) stress(t *testing.T) {
	t.Run("without faults", func(t *testing.T) { s.withAndWithoutStore(t, func(e *env) { stressWithTimeouts(e, 0) }) })
	t.Run("with faults", func(t *testing.T) {
		e := s.withStore(t)
		injectFaults(e.store, 25)
		stressWithTimeouts(e, 100*time.Millisecond)
	})
	t.Run("with faults and cancelled calls", func(t *testing.T) {
		e := s.withStore(t)
		injectFaults(e.store, 10)
		stressWithTimeouts(e, 300*time.Microsecond)
	})
}

// injectFaults lets one in n of all requests fail, commits before or after the change is stored, or come too
// late though nothing was faster.
func injectFaults(d *faultyStore, n int) {
	fail := func() error { return when(chance(n), errBroken) }
	d.beforeLoad.set(func(string) error { return fail() })
	d.beforeLookup.set(func(string, string) error { return fail() })
	d.beforeCommit.set(func(changes []*record.Change) error {
		if chance(n) {
			return d.commitPart(changes)
		}
		return fail()
	})
	d.afterCommit.set(func([]*record.Change) error { return fail() })
}

func chance(n int) bool { return rand.IntN(n) == 0 } // #nosec G404 -- which call fails is no secret

// commitPart keeps some of the changes and answers that the others came too late.
func (d *faultyStore) commitPart(changes []*record.Change) error {
	late := conflict{}
	var early []*record.Change
	for _, c := range changes {
		if chance(2) {
			late[c.Group] = true
		} else {
			early = append(early, c)
		}
	}
	if err := d.commit(early); err != nil {
		return err
	}
	return late
}

// stressWithTimeouts has many goroutines add to few groups, each call with an id and made again until its outcome
// is known. Then nothing may be lost or doubled.
func stressWithTimeouts(e *env, maxTimeout time.Duration) {
	const callers, each, groups = 8, 60, 3
	var wanted [groups]atomic.Int64
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			for n := range each {
				batch := make([]addition, 1+n%3)
				for i := range batch {
					batch[i] = addition{(n + i) % groups, fmt.Sprint(caller, ":", n, ":", i), 1 + n%7}
				}
				for _, done := range e.retryUntilDone(maxTimeout, batch) {
					wanted[done.group].Add(int64(done.n))
				}
			}
		})
	}
	all.Wait()
	if e.store != nil {
		e.store.clearFaults()
		e.sync()
	}
	for g := range groups {
		e.expectTotal(fmt.Sprint("g", g), wanted[g].Load())
		if e.store != nil {
			e.store.expectTotal(e, fmt.Sprint("g", g), wanted[g].Load())
		}
	}
}

// addition is what a caller wants to happen once.
type addition struct {
	group int
	id    string
	n     int
}

// retryUntilDone makes calls again, with the same ids, until all have succeeded, and returns them.
func (e *env) retryUntilDone(maxTimeout time.Duration, batch []addition) []addition {
	for open := batch; len(open) > 0; {
		ctx, cancel := e.shortContext(maxTimeout)
		calls := make([]*testTask, len(open))
		for i, o := range open {
			calls[i] = e.addWithID(fmt.Sprint("g", o.group), o.id, o.n)
		}
		err := e.try(ctx, calls...)
		cancel()
		if err != nil && !errors.Is(err, cache.ErrUnknown) {
			e.Errorf("Update: %v", err)
			return nil
		}
		open = e.unfinished(calls, open, err != nil)
	}
	return batch
}

// shortContext is a context that ends soon now and then.
func (e *env) shortContext(maxTimeout time.Duration) (context.Context, context.CancelFunc) {
	if maxTimeout == 0 || !chance(3) {
		return context.WithCancel(context.Background())
	}
	return context.WithTimeout(context.Background(), time.Duration(1+rand.Int64N(int64(maxTimeout)))) // #nosec G404 -- no secret
}

// unfinished are the orders whose calls are not known to have succeeded.
func (e *env) unfinished(calls []*testTask, orders []addition, left bool) []addition {
	var open []addition
	for i, c := range calls {
		if c.doneCount.Load() == 0 { // the outcome comes later; the id makes it safe to go on
			if !left {
				e.Error("Update returned nil before all calls were done")
			}
			open = append(open, orders[i])
			continue
		}
		if c.awaitDone() != nil {
			open = append(open, orders[i])
		}
	}
	return open
}
