package cachetest

import (
	"errors"
	"testing"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
)

func (s *suite) ids(t *testing.T) {
	t.Run("remembered", func(t *testing.T) { s.withAndWithoutStore(t, idIsRemembered) })
	t.Run("twice in one batch", func(t *testing.T) { s.withAndWithoutStore(t, idTwiceInOneBatch) })
	t.Run("each group has its own", func(t *testing.T) { s.withAndWithoutStore(t, idsBelongToGroups) })
	t.Run("a call that does not remember its id", func(t *testing.T) { s.withAndWithoutStore(t, idIsNotRemembered) })
	t.Run("remembered again", func(t *testing.T) { s.withAndWithoutStore(t, idIsReplaced) })
	t.Run("stored with the change", func(t *testing.T) { idIsCommittedWithChange(s.withStore(t)) })
	t.Run("after the cache lost its state", func(t *testing.T) { s.idsOutliveTheCache(t) })
	s.runUnlessWriteBehind(t, "not stored when the change is not", func(t *testing.T) { retryAfterUnknown(s.withStore(t)) })
	t.Run("no id is not looked up", func(t *testing.T) {
		e := s.withStore(t)
		e.update(e.add("g", 1), e.add("g", 1))
		if e.store.lookupCount() != 0 {
			t.Errorf("%d lookups for calls without an id", e.store.lookupCount())
		}
	})
}

// expectSeen checks what a call got for its id.
func (e *env) expectSeen(c *testTask, want *record.MessageID) {
	e.Helper()
	switch {
	case want == nil && c.seen != nil:
		e.Errorf("id %q was new, but Apply got %+v", c.id, *c.seen)
	case want != nil && c.seen == nil:
		e.Errorf("id %q was remembered, but Apply got nothing", c.id)
	case want != nil && *c.seen != *want:
		e.Errorf("id %q: Apply got %+v, want %+v", c.id, *c.seen, *want)
	}
}

// seenOf is what the call asked to have remembered.
func seenOf(c *testTask) *record.MessageID {
	return &record.MessageID{ID: c.id, Version: c.version, Expires: expiry, Hash: [16]byte{1}}
}

func idIsRemembered(e *env) {
	first, second := e.addWithID("g", "a", 5), e.addWithID("g", "a", 5)
	e.update(first)
	e.update(e.add("g", 1))
	e.update(second)
	e.expectSeen(first, nil)
	e.expectSeen(second, seenOf(first))
	e.expectTotal("g", 6)
}

func idTwiceInOneBatch(e *env) {
	calls := []*testTask{e.addWithID("g", "a", 5), e.addWithID("g", "b", 7), e.addWithID("g", "a", 5), e.addWithID("g", "b", 7)}
	e.update(calls...)
	e.expectSeen(calls[0], nil)
	e.expectSeen(calls[1], nil)
	e.expectSeen(calls[2], seenOf(calls[0]))
	e.expectSeen(calls[3], seenOf(calls[1]))
	e.expectTotal("g", 12)
}

func idsBelongToGroups(e *env) {
	one, two := e.addWithID("g", "a", 1), e.addWithID("h", "a", 1)
	e.update(one)
	e.update(two)
	e.expectSeen(two, nil)
	e.expectTotal("h", 1)
}

// idIsNotRemembered brings an id that Apply does not want to be remembered.
func idIsNotRemembered(e *env) {
	shy := e.read("g", func(*group.Group) {})
	shy.id = "a"
	e.update(shy)
	again := e.addWithID("g", "a", 1)
	e.update(again)
	e.expectSeen(again, nil)
}

// idIsReplaced replaces what is remembered of an id, as a call does whose id has expired.
func idIsReplaced(e *env) {
	e.update(e.addWithID("g", "a", 1))
	next := record.MessageID{ID: "a", Version: 77, Expires: expiry + 1}
	again := e.addWithID("g", "a", 1)
	again.remember = &next
	e.update(again)
	last := e.addWithID("g", "a", 1)
	e.update(last)
	e.expectSeen(last, &next)
}

func idIsCommittedWithChange(e *env) {
	var changes []record.Change
	e.store.beforeCommit.set(func(all []*record.Change) error {
		for _, c := range all {
			changes = append(changes, *c)
		}
		return nil
	})
	first := e.addWithID("g", "a", 1)
	e.update(first)
	e.sync()
	if len(changes) != 1 || len(changes[0].MessageIDs) != 1 {
		e.Fatalf("changes %+v, want one with one id", changes)
	}
	c := changes[0]
	if c.MessageIDs[0] != *seenOf(first) || c.Base != 0 || c.Version != 1 || c.Count != 1 {
		e.Errorf("change %+v", c)
	}
}

// idsOutliveTheCache looks ids up through another cache.
func (s *suite) idsOutliveTheCache(t *testing.T) {
	e := s.withStore(t)
	first := e.addWithID("g", "a", 5)
	e.update(first)
	e.close()
	e.cache = s.open()
	start(e.T, e.cache, e.store)
	again := e.addWithID("g", "a", 5)
	e.update(again)
	e.expectSeen(again, seenOf(first))
	e.expectTotal("g", 5)
}

// retryAfterUnknown makes a call again whose outcome was unknown: once when nothing was stored, once when everything was.
func retryAfterUnknown(e *env) {
	broken := errors.New("broken")
	failBefore, failAfter := true, false
	e.store.beforeCommit.set(func([]*record.Change) error { return when(failBefore, broken) })
	e.store.afterCommit.set(func([]*record.Change) error { return when(failAfter, broken) })
	lost := e.addWithID("g", "a", 5)
	if err := e.try(e.Context(), lost); err != nil {
		e.Fatalf("Update: %v", err)
	}
	e.expectError(lost, cache.ErrUnknown)
	failBefore, failAfter = false, true
	unheard := e.addWithID("g", "a", 5)
	if err := e.try(e.Context(), unheard); err != nil {
		e.Fatalf("Update: %v", err)
	}
	e.expectSeen(unheard, nil)
	e.expectError(unheard, cache.ErrUnknown)
	failAfter = false
	last := e.addWithID("g", "a", 5)
	e.update(last)
	e.expectSeen(last, seenOf(unheard))
	e.expectTotal("g", 5)
}

func when(yes bool, err error) error {
	if yes {
		return err
	}
	return nil
}
