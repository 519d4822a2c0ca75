package cachetest

import (
	"errors"
	"testing"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
)

func (s *suite) ids(t *testing.T) {
	t.Run("remembered", func(t *testing.T) { s.each(t, remembered) })
	t.Run("twice in one batch", func(t *testing.T) { s.each(t, twiceInOneBatch) })
	t.Run("each group has its own", func(t *testing.T) { s.each(t, eachGroupItsOwn) })
	t.Run("nothing remembered", func(t *testing.T) { s.each(t, nothingRemembered) })
	t.Run("remembered again", func(t *testing.T) { s.each(t, rememberedAgain) })
	t.Run("kept with the change", func(t *testing.T) { keptWithTheChange(s.kept(t)) })
	t.Run("after the cache", func(t *testing.T) { s.afterTheCache(t) })
	s.through(t, "not kept when the change is not", func(t *testing.T) { notKept(s.kept(t)) })
	t.Run("no id is not looked up", func(t *testing.T) {
		r := s.kept(t)
		r.update(r.add("g", 1), r.add("g", 1))
		if r.disk.asked() != 0 {
			t.Errorf("%d lookups for calls without an id", r.disk.asked())
		}
	})
}

// expectSeen checks what a call was told of its id.
func (r *rig) expectSeen(c *call, want *record.MessageID) {
	r.Helper()
	switch {
	case want == nil && c.seen != nil:
		r.Errorf("id %q was new, but Apply got %+v", c.id, *c.seen)
	case want != nil && c.seen == nil:
		r.Errorf("id %q was remembered, but Apply got nothing", c.id)
	case want != nil && *c.seen != *want:
		r.Errorf("id %q: Apply got %+v, want %+v", c.id, *c.seen, *want)
	}
}

// seenOf is what the call asked to have remembered.
func seenOf(c *call) *record.MessageID {
	return &record.MessageID{ID: c.id, Version: c.version, Expires: expiry, Hash: [16]byte{1}}
}

func remembered(r *rig) {
	first, second := r.once("g", "a", 5), r.once("g", "a", 5)
	r.update(first)
	r.update(r.add("g", 1))
	r.update(second)
	r.expectSeen(first, nil)
	r.expectSeen(second, seenOf(first))
	r.expectTotal("g", 6)
}

func twiceInOneBatch(r *rig) {
	calls := []*call{r.once("g", "a", 5), r.once("g", "b", 7), r.once("g", "a", 5), r.once("g", "b", 7)}
	r.update(calls...)
	r.expectSeen(calls[0], nil)
	r.expectSeen(calls[1], nil)
	r.expectSeen(calls[2], seenOf(calls[0]))
	r.expectSeen(calls[3], seenOf(calls[1]))
	r.expectTotal("g", 12)
}

func eachGroupItsOwn(r *rig) {
	one, two := r.once("g", "a", 1), r.once("h", "a", 1)
	r.update(one)
	r.update(two)
	r.expectSeen(two, nil)
	r.expectTotal("h", 1)
}

// nothingRemembered brings an id that Apply does not want to be remembered.
func nothingRemembered(r *rig) {
	shy := r.look("g", func(*group.Group) {})
	shy.id = "a"
	r.update(shy)
	again := r.once("g", "a", 1)
	r.update(again)
	r.expectSeen(again, nil)
}

// rememberedAgain replaces what is remembered of an id, as a call does whose id has expired.
func rememberedAgain(r *rig) {
	r.update(r.once("g", "a", 1))
	next := record.MessageID{ID: "a", Version: 77, Expires: expiry + 1}
	again := r.once("g", "a", 1)
	again.renew = &next
	r.update(again)
	last := r.once("g", "a", 1)
	r.update(last)
	r.expectSeen(last, &next)
}

func keptWithTheChange(r *rig) {
	var changes []record.Change
	r.disk.onPersist.set(func(all []*record.Change) error {
		for _, c := range all {
			changes = append(changes, *c)
		}
		return nil
	})
	first := r.once("g", "a", 1)
	r.update(first)
	r.drain()
	if len(changes) != 1 || len(changes[0].MessageIDs) != 1 {
		r.Fatalf("changes %+v, want one with one id", changes)
	}
	c := changes[0]
	if c.MessageIDs[0] != *seenOf(first) || c.Base != 0 || c.Version != 1 || c.Count != 1 {
		r.Errorf("change %+v", c)
	}
}

// afterTheCache looks ids up through another cache.
func (s *suite) afterTheCache(t *testing.T) {
	r := s.kept(t)
	first := r.once("g", "a", 5)
	r.update(first)
	r.close()
	r.cache = s.open()
	start(r.T, r.cache, r.disk)
	again := r.once("g", "a", 5)
	r.update(again)
	r.expectSeen(again, seenOf(first))
	r.expectTotal("g", 5)
}

// notKept makes a call again whose outcome was unknown: once nothing was kept, once all was.
func notKept(r *rig) {
	broken := errors.New("broken")
	failBefore, failAfter := true, false
	r.disk.onPersist.set(func([]*record.Change) error { return when(failBefore, broken) })
	r.disk.afterPersist.set(func([]*record.Change) error { return when(failAfter, broken) })
	lost := r.once("g", "a", 5)
	if err := r.try(r.Context(), lost); err != nil {
		r.Fatalf("Update: %v", err)
	}
	r.expectError(lost, cache.ErrUnknown)
	failBefore, failAfter = false, true
	unheard := r.once("g", "a", 5)
	if err := r.try(r.Context(), unheard); err != nil {
		r.Fatalf("Update: %v", err)
	}
	r.expectSeen(unheard, nil)
	r.expectError(unheard, cache.ErrUnknown)
	failAfter = false
	last := r.once("g", "a", 5)
	r.update(last)
	r.expectSeen(last, seenOf(unheard))
	r.expectTotal("g", 5)
}

func when(yes bool, err error) error {
	if yes {
		return err
	}
	return nil
}
