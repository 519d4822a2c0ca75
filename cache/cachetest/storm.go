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

func (s *suite) storm(t *testing.T) {
	t.Run("in fair weather", func(t *testing.T) { s.each(t, func(r *rig) { stormOn(r, 0) }) })
	t.Run("with faults", func(t *testing.T) {
		r := s.kept(t)
		faults(r.disk, 25)
		stormOn(r, 100*time.Millisecond)
	})
	t.Run("with faults and haste", func(t *testing.T) {
		r := s.kept(t)
		faults(r.disk, 10)
		stormOn(r, 300*time.Microsecond)
	})
}

// faults lets one in n of all requests fail, commits before or after the change is kept, or come too
// late though nothing was faster.
func faults(d *disk, n int) {
	fail := func() error { return when(chance(n), errBroken) }
	d.onLoad.set(func(string) error { return fail() })
	d.onSeen.set(func(string, string) error { return fail() })
	d.onPersist.set(func(changes []*record.Change) error {
		if chance(n) {
			return d.partly(changes)
		}
		return fail()
	})
	d.afterPersist.set(func([]*record.Change) error { return fail() })
}

func chance(n int) bool { return rand.IntN(n) == 0 } // #nosec G404 -- which call fails is no secret

// partly keeps some of the changes and answers that the others came too late.
func (d *disk) partly(changes []*record.Change) error {
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

// stormOn has many goroutines add to few groups, each call with an id and made again until its outcome
// is known. Then nothing may be lost or doubled.
func stormOn(r *rig, patience time.Duration) {
	const callers, each, groups = 8, 60, 3
	var wanted [groups]atomic.Int64
	var all sync.WaitGroup
	for caller := range callers {
		all.Go(func() {
			for n := range each {
				batch := make([]order, 1+n%3)
				for i := range batch {
					batch[i] = order{(n + i) % groups, fmt.Sprint(caller, ":", n, ":", i), 1 + n%7}
				}
				for _, done := range r.insist(patience, batch) {
					wanted[done.group].Add(int64(done.n))
				}
			}
		})
	}
	all.Wait()
	if r.disk != nil {
		r.disk.calm()
		r.drain()
	}
	for g := range groups {
		r.expectTotal(fmt.Sprint("g", g), wanted[g].Load())
		if r.disk != nil {
			r.disk.groupTotal(r, fmt.Sprint("g", g), wanted[g].Load())
		}
	}
}

// order is what a caller wants to happen once.
type order struct {
	group int
	id    string
	n     int
}

// insist makes calls again, with the same ids, until all have succeeded, and returns them.
func (r *rig) insist(patience time.Duration, batch []order) []order {
	for open := batch; len(open) > 0; {
		ctx, cancel := r.hurry(patience)
		calls := make([]*call, len(open))
		for i, o := range open {
			calls[i] = r.once(fmt.Sprint("g", o.group), o.id, o.n)
		}
		err := r.try(ctx, calls...)
		cancel()
		if err != nil && !errors.Is(err, cache.ErrUnknown) {
			r.Errorf("Update: %v", err)
			return nil
		}
		open = r.failed(calls, open, err != nil)
	}
	return batch
}

// hurry is a context that ends soon now and then.
func (r *rig) hurry(patience time.Duration) (context.Context, context.CancelFunc) {
	if patience == 0 || !chance(3) {
		return context.WithCancel(context.Background())
	}
	return context.WithTimeout(context.Background(), time.Duration(1+rand.Int64N(int64(patience)))) // #nosec G404 -- no secret
}

// failed are the orders whose calls are not known to have succeeded.
func (r *rig) failed(calls []*call, orders []order, left bool) []order {
	var open []order
	for i, c := range calls {
		if c.settled.Load() == 0 { // the outcome comes later; the id makes it safe to go on
			if !left {
				r.Error("Update returned nil before all calls were settled")
			}
			open = append(open, orders[i])
			continue
		}
		if c.done() != nil {
			open = append(open, orders[i])
		}
	}
	return open
}
