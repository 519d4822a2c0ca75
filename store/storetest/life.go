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

// calls are all that can be asked of a store.
func calls(st store.Store, c *record.Change) map[string]func(context.Context) error {
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
		"Seen": func(ctx context.Context) error {
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
		"Forget": func(ctx context.Context) error { return st.DeleteExpiredIDs(ctx, now) },
		"Flush":  func(ctx context.Context) error { return st.Flush(ctx) },
	}
}

// testCancelled: a call whose context is over does nothing.
func testCancelled(s *session) {
	g := s.expires("g", time.Second)
	s.commit(s.call(g, 0, record.MessageID{ID: "id", Expires: now}))
	before := s.load("g")
	c := s.call(g, 0, record.MessageID{ID: "other", Expires: now})
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	for name, call := range calls(s.store, c) {
		if err := call(ctx); !errors.Is(err, context.Canceled) {
			s.Errorf("%s with a cancelled context: %v, want context.Canceled", name, err)
		}
	}
	s.same(before)
	s.expectUnseen("g", "other")
	s.expectSeen("g", record.MessageID{ID: "id", Version: before.Version(), Expires: now})
	s.commit(c)
	s.same(g)
}

// testClosed: a store that was closed says so, and can be closed again.
func testClosed(s *session) {
	g := s.made("g", 1)
	c := s.track(g, 0)
	for range 2 {
		if err := s.store.Close(); err != nil {
			s.Errorf("Close: %v", err)
		}
		for name, call := range calls(s.store, c) {
			if err := call(s.Context()); !errors.Is(err, record.ErrClosed) {
				s.Errorf("%s after Close: %v, want ErrClosed", name, err)
			}
		}
	}
}

// testClosing closes while calls are under way: each is answered, or told that it came too late.
func testClosing(s *session) {
	const callers = 8
	done := make([]uint64, callers)
	s.together(callers+1, func(i int) error {
		if i == callers {
			time.Sleep(5 * time.Millisecond)
			return s.store.Close()
		}
		g := group.New(fmt.Sprint(i), 0)
		for {
			c, err := add(g, define(fmt.Sprint(g.Version()), nil))
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

// testReopen closes and opens between steps: nothing is lost, and it goes on.
func testReopen(s *session) {
	g, big, gone := s.expires("g", time.Hour), s.made("big", 500), s.made("gone", 1)
	s.commit(s.add(g, counters(3)...))
	s.commit(s.must(change(gone, func() error {
		_, err := gone.Remove(nil, now)
		return err
	})))
	for i := range 4 {
		id := record.MessageID{ID: fmt.Sprint(i), Expires: now + int64(i)}
		s.commit(s.call(g, i%3, id), s.track(big, 499))
		id.Version = g.Version()
		s.again()
		s.same(g, big, gone)
		s.expectSeen("g", id)
		s.expectDue(now+3_600_000, 10, record.Due{Group: "g", At: now + 3_600_000})
		s.expectGroups("big", "g", "gone")
	}
	s.commit(s.add(big, define("known by ID only", nil), counters(600)[500]))
	s.forget(now + 2)
	s.again()
	s.same(g, big, gone)
	s.expectUnseen("g", "0", "2")
	if _, ok := s.seen("g", "3"); !ok {
		s.Fatal("id 3 is forgotten before its time")
	}
}

// testReopenFlushed: what was flushed stays away, and versions do not restart.
func testReopenFlushed(s *session) {
	g := s.expires("g", time.Second)
	s.commit(s.call(g, 0, record.MessageID{ID: "id", Expires: now}))
	s.flush()
	s.again()
	s.expectEmpty("g")
	top := g.Version()
	if floor := s.load("g").Version(); floor <= top {
		s.Fatalf("a new group starts from version %d, want one above %d", floor, top)
	}
	g = s.made("g", 2)
	s.again()
	s.same(g)
}
