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
	s.through(t, "what was not kept is not there", func(t *testing.T) { notThere(s.kept(t)) })
	s.through(t, "what was kept is there", func(t *testing.T) { isThere(s.kept(t)) })
	s.through(t, "who waited behind it sees what is kept", func(t *testing.T) { behindAFailure(s.kept(t)) })
	s.through(t, "again and again", func(t *testing.T) { againAndAgain(s.kept(t)) })
}

// fail runs calls whose commit fails, before it keeps anything or after it kept all.
func (r *rig) fail(after bool, calls ...*call) {
	r.Helper()
	hook := func([]*record.Change) error { return errBroken }
	if after {
		r.disk.afterPersist.set(hook)
	} else {
		r.disk.onPersist.set(hook)
	}
	if err := r.try(context.Background(), calls...); err != nil {
		r.Fatalf("Update: %v", err)
	}
	for _, c := range calls {
		if err := c.done(); !errors.Is(err, cache.ErrUnknown) || !errors.Is(err, errBroken) {
			r.Errorf("a call on %q was settled with %v, want ErrUnknown and the cause", c.name, err)
		}
	}
	r.disk.calm()
}

func notThere(r *rig) {
	r.update(r.add("g", 1))
	r.fail(false, r.add("g", 10), r.add("g", 20), r.add("h", 5))
	r.expectTotal("g", 1)
	r.expectTotal("h", 0)
	next := r.add("g", 100)
	r.update(next)
	if next.version != 2 {
		r.Errorf("the next call led to version %d, want 2", next.version)
	}
	r.expectTotal("g", 101)
}

func isThere(r *rig) {
	r.update(r.add("g", 1))
	r.fail(true, r.add("g", 10), r.add("h", 5))
	r.expectTotal("g", 11)
	r.expectTotal("h", 5)
	r.update(r.add("g", 100))
	r.expectTotal("g", 111)
}

// behindAFailure waits for a group while its commit fails.
func behindAFailure(r *rig) {
	r.update(r.add("g", 1))
	slow := newGate()
	var failed atomic.Bool
	r.disk.onPersist.set(func([]*record.Change) error {
		slow.pass()
		return when(!failed.Swap(true), errBroken)
	})
	defer slow.open()
	first := r.add("g", 10)
	over := begin(func() { _ = r.try(context.Background(), first) })
	r.await("the commit", slow.came)
	var saw int64
	second := r.look("g", func(g *group.Group) { saw = sum(g) })
	third := r.add("g", 100)
	behind := begin(func() { r.update(second, third) })
	slow.open()
	r.await("the first call", over)
	r.await("those behind it", behind)
	r.expectError(first, cache.ErrUnknown)
	if saw != 1 {
		r.Errorf("saw %d, want 1: what was not kept was seen", saw)
	}
	r.expectTotal("g", 101)
}

// againAndAgain makes sure that nothing is left behind by commits that fail.
func againAndAgain(r *rig) {
	want := int64(0)
	for n := range 20 {
		r.fail(n%2 == 0, r.add("g", 1), r.add("h", 1))
		r.update(r.add("g", 1), r.add("h", 1))
		want += 2 - int64(n%2)
	}
	r.expectTotal("g", want)
	r.expectTotal("h", want)
}
