package storetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// allCalls returns a call of every method but Close.
func allCalls(st store.Store, c *record.Change) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Commit": func(ctx context.Context) error { return st.Commit(ctx, []*record.Change{c}) },
		"Load": func(ctx context.Context) error {
			_, err := st.Load(ctx, "g")
			return err
		},
		"Definitions": func(ctx context.Context) error {
			_, err := st.Definitions(ctx, []tracker.ID{counters(1)[0].ID()})
			return err
		},
		"FindMessageID": func(ctx context.Context) error {
			_, _, err := st.FindMessageID(ctx, "g", "id")
			return err
		},
		"Due": func(ctx context.Context) error {
			_, err := st.Due(ctx, now, 10)
			return err
		},
		"Groups": func(ctx context.Context) error {
			_, err := st.Groups(ctx, "", 10)
			return err
		},
		"DeleteExpiredIDs": func(ctx context.Context) error { return st.DeleteExpiredIDs(ctx, now) },
		"Flush":            func(ctx context.Context) error { return st.Flush(ctx) },
	}
}

// testCancelledContext checks that a call whose context is cancelled does nothing.
func testCancelledContext(s *session) {
	g := s.newExpiringGroup("g", time.Second)
	s.commit(s.trackWithID(g, 0, record.MessageID{ID: "id", Expires: now}))
	before := s.load("g")
	c := s.trackWithID(g, 0, record.MessageID{ID: "other", Expires: now})
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	for name, call := range allCalls(s.store, c) {
		if err := call(ctx); !errors.Is(err, context.Canceled) {
			s.Errorf("%s with a cancelled context: %v, want context.Canceled", name, err)
		}
	}
	s.expectStored(before)
	s.expectNoID("g", "other")
	s.expectID("g", record.MessageID{ID: "id", Version: before.Version(), Expires: now})
	s.commit(c)
	s.expectStored(g)
}

// testCallsAfterClose checks that every call returns ErrClosed, and that Close may be called again.
func testCallsAfterClose(s *session) {
	g := s.newGroup("g", 1)
	c := s.trackEach(g, 0)
	for range 2 {
		if err := s.store.Close(); err != nil {
			s.Errorf("Close: %v", err)
		}
		for name, call := range allCalls(s.store, c) {
			if err := call(s.Context()); !errors.Is(err, record.ErrClosed) {
				s.Errorf("%s after Close: %v, want ErrClosed", name, err)
			}
		}
	}
}

// testCloseDuringCalls closes the store while calls are in progress: each succeeds or returns ErrClosed, and what was
// committed stays.
func testCloseDuringCalls(s *session) {
	const callers = 8
	done := make([]uint64, callers)
	s.concurrently(callers+1, func(i int) error {
		if i == callers {
			time.Sleep(5 * time.Millisecond)
			return s.store.Close()
		}
		g := group.New(fmt.Sprint(i), 0)
		for {
			c, err := addTrackers(g, newDefinition(fmt.Sprint(g.Version()), nil))
			if err == nil {
				err = s.store.Commit(s.Context(), []*record.Change{c})
			}
			if err == nil {
				_, err = s.store.Load(s.Context(), g.Name())
			}
			if errors.Is(err, record.ErrClosed) {
				return nil
			}
			if err != nil {
				return err
			}
			done[i] = c.Version
		}
	})
	if s.reopen == nil {
		return
	}
	s.store = s.reopen()
	for i, version := range done {
		if g := s.load(fmt.Sprint(i)); g.Version() < version {
			s.Fatalf("group %q has version %d after Close, but %d was committed before", g.Name(), g.Version(), version)
		}
	}
}

// testReopen closes and opens the store between commits: nothing is lost.
func testReopen(s *session) {
	g, big, removed := s.newExpiringGroup("g", time.Hour), s.newGroup("big", 500), s.newGroup("removed", 1)
	s.commit(s.addTrackers(g, counters(3)...))
	s.commit(s.must(recordChange(removed, func() error {
		_, err := removed.Remove(nil, now)
		return err
	})))
	for i := range 4 {
		id := record.MessageID{ID: fmt.Sprint(i), Expires: now + int64(i)}
		s.commit(s.trackWithID(g, i%3, id), s.trackEach(big, 499))
		id.Version = g.Version()
		s.reopenStore()
		s.expectStored(g, big, removed)
		s.expectID("g", id)
		s.expectDue(now+3_600_000, 10, record.Due{Group: "g", At: now + 3_600_000})
		s.expectGroups("big", "g", "removed")
	}
	s.commit(s.addTrackers(big, newDefinition("new definition", nil), counters(600)[500]))
	s.deleteExpiredIDs(now + 2)
	s.reopenStore()
	s.expectStored(g, big, removed)
	s.expectNoID("g", "0", "2")
	if _, ok := s.findID("g", "3"); !ok {
		s.Fatal("id 3 is not remembered, but has not expired")
	}
}

// testReopenAfterFlush checks that what was flushed stays deleted, and versions never repeat.
func testReopenAfterFlush(s *session) {
	g := s.newExpiringGroup("g", time.Second)
	s.commit(s.trackWithID(g, 0, record.MessageID{ID: "id", Expires: now}))
	s.flush()
	s.reopenStore()
	s.expectEmpty("g")
	top := g.Version()
	if version := s.load("g").Version(); version <= top {
		s.Fatalf("a new group starts at version %d, want more than %d", version, top)
	}
	g = s.newGroup("g", 2)
	s.reopenStore()
	s.expectStored(g)
}
