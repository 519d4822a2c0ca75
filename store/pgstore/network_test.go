package pgstore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/pgstore"
)

// openBehindProxy opens a store behind a proxy, with one connection, and one that goes to the server directly.
func openBehindProxy(t *testing.T, retryTimeout time.Duration) (p *proxy, s, direct *pgstore.Store) {
	t.Helper()
	o := pgstore.Options{Schema: newSchema(), MaxConns: 1, RetryTimeout: retryTimeout}
	p = newProxy(t)
	s = mustOpen(t, p.url(), o)
	direct = mustOpen(t, server.URL(), o)
	t.Cleanup(func() {
		if err := errors.Join(s.Close(), direct.Close()); err != nil {
			t.Error(err)
		}
	})
	return p, s, direct
}

// TestRoundTrips: a commit is one, whatever is in it, and so is every look at a group.
func TestRoundTrips(t *testing.T) {
	p, s, _ := openBehindProxy(t, time.Minute)
	small, large := newExpectedGroup("small", 3), newExpectedGroup("large", 300)
	both := func() error { return s.Commit(t.Context(), []*record.Change{small.next(), large.next()}) }
	calls := []struct {
		name string
		call func() error
	}{
		{"Commit", both},
		{"Load", func() error { _, err := s.Load(t.Context(), "large"); return err }},
		{"Load of nothing", func() error { _, err := s.Load(t.Context(), "nothing"); return err }},
		{"Seen", func() error { _, _, err := s.FindMessageID(t.Context(), "large", "call 2"); return err }},
		{"Due", func() error { _, err := s.Due(t.Context(), now, 10); return err }},
		{"Groups", func() error { _, err := s.Groups(t.Context(), "", 10); return err }},
		{"Forget", func() error { return s.DeleteExpiredIDs(t.Context(), 0) }},
	}
	for range 2 { // the definitions come first; and the statements are prepared
		if err := both(); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range calls {
		for range 3 {
			if err := c.call(); err != nil {
				t.Fatal(err)
			}
			p.count()
			if err := c.call(); err != nil {
				t.Fatal(err)
			}
			if n := p.count(); n != 1 {
				t.Errorf("%s takes %d round trips, want 1", c.name, n)
			}
		}
	}
}

// TestLostMessages: whatever is lost of a commit, it happens once, and calls notice nothing but the time.
func TestLostMessages(t *testing.T) {
	for name, f := range map[string]fault{"asking": loseAsking, "answer": loseAnswer, "silence": silence} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, s, _ := openBehindProxy(t, 3*time.Second)
			for _, size := range []int{1, 300} {
				player := newExpectedGroup(strings.Repeat("x", size), size)
				for range 3 { // the first is of a new group
					p.set(f)
					player.mustCommit(t, s)
					player.mustCommit(t, s)
				}
				player.mustBeAt(t, s, 6)
				p.set(f)
				player.mustBeAt(t, s, 6)
			}
		})
	}
}

// TestLostAnswerOfConflict: a commit that lost is still one that lost when the answer is lost, and those
// beside it applied.
func TestLostAnswerOfConflict(t *testing.T) {
	p, s, direct := openBehindProxy(t, 3*time.Second)
	a, b, c := newExpectedGroup("a", 1), newExpectedGroup("b", 1), newExpectedGroup("c", 200)
	for _, player := range []*expectedGroup{a, b, c} {
		player.mustCommit(t, s)
		player.mustCommit(t, s)
	}
	changes := []*record.Change{c.next(), b.next(), a.next()}
	rival := newExpectedGroup("b", 1)
	rival.group = mustRestore(t, direct, "b")
	rival.mustCommit(t, direct)

	p.set(loseAnswer)
	err := s.Commit(t.Context(), changes)
	conflict, ok := errors.AsType[*store.ConflictError](err)
	if !ok || len(conflict.Groups) != 1 || conflict.Groups[0] != "b" {
		t.Fatalf("Commit: %v, want a conflict for b", err)
	}
	a.mustBeAt(t, direct, 3)
	c.mustBeAt(t, direct, 3)
	rival.mustBeAt(t, direct, 3)
}

func mustRestore(t *testing.T, s store.Store, name string) *group.Group {
	t.Helper()
	r, err := s.Load(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	g, err := restore(t.Context(), s, r)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestUnknownOutcomeWhenOthersCommitted: when the answer is lost and others go on from the same group before the next attempt,
// nobody can tell who was there first: it is neither a success nor a conflict.
func TestUnknownOutcomeWhenOthersCommitted(t *testing.T) {
	for name, overtake := range map[string]func(t *testing.T, s *pgstore.Store) error{
		"commit": func(t *testing.T, s *pgstore.Store) error {
			rival := newExpectedGroup("g", 1)
			rival.group = mustRestore(t, s, "g")
			return rival.commit(t.Context(), s)
		},
		"flush": func(t *testing.T, s *pgstore.Store) error { return s.Flush(t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			p, s, direct := openBehindProxy(t, 10*time.Second)
			mine := newExpectedGroup("g", 1)
			for range 3 { // all statements are prepared
				mine.mustCommit(t, s)
			}
			p.set(loseAnswer)
			p.gate.Lock()
			done := make(chan error, 1)
			go func() { done <- mine.commit(context.Background(), s) }()
			for v := uint64(0); v != 4; {
				r, err := direct.Load(t.Context(), "g")
				if err != nil {
					t.Fatal(err)
				}
				v = r.Version
			}
			if err := overtake(t, direct); err != nil {
				t.Error(err)
			}
			p.gate.Unlock()
			err := <-done
			if _, conflict := errors.AsType[*store.ConflictError](err); err == nil || conflict {
				t.Fatalf("Commit: %v, want an error that is no conflict", err)
			}
			if _, err := s.Load(t.Context(), "g"); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestUnsentCommitConflicts: a commit that could not be sent for want of a connection has not happened for certain: who
// was overtaken meanwhile has lost, and that is known.
func TestUnsentCommitConflicts(t *testing.T) {
	p, s, direct := openBehindProxy(t, 10*time.Second)
	mine := newExpectedGroup("g", 1)
	mine.mustCommit(t, s)
	p.disconnect(true)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := s.Load(ctx, "g"); err == nil {
		t.Fatal("Load without a connection went well")
	}
	done := make(chan error, 1)
	go func() { done <- mine.commit(context.Background(), s) }()
	rival := newExpectedGroup("g", 1)
	rival.group = mustRestore(t, direct, "g")
	for range 3 {
		rival.mustCommit(t, direct)
	}
	p.disconnect(false)
	err := <-done
	if _, ok := errors.AsType[*store.ConflictError](err); !ok {
		t.Fatalf("Commit: %v, want a conflict", err)
	}
	rival.mustBeAt(t, s, 4)
}

// TestAttemptThatWaitsForLock: an attempt that waits for somebody's lock is given up and made again, while the first may
// still be waiting in the server: it happens once.
func TestAttemptThatWaitsForLock(t *testing.T) {
	o := pgstore.Options{Schema: newSchema(), RetryTimeout: 3 * time.Second}
	s := mustOpen(t, server.URL(), o)
	defer s.Close()
	player := newExpectedGroup("g", 300)
	player.mustCommit(t, s)
	conn := mustConnect(t)
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mustExec(t, tx, "SELECT FROM "+table(o, "groups")+" FOR UPDATE")
	done := make(chan error, 1)
	go func() { done <- player.commit(context.Background(), s) }()
	time.Sleep(1500 * time.Millisecond)
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	player.mustBeAt(t, s, 2)
}

// TestRetryTimeout: a server that stays away is an error in one line, not a wait for ever.
func TestRetryTimeout(t *testing.T) {
	p, s, _ := openBehindProxy(t, 3*time.Second) // for Open too
	p.close()
	for name, err := range map[string]error{
		"Load":   func() error { _, err := s.Load(t.Context(), "g"); return err }(),
		"Commit": newExpectedGroup("g", 1).commit(t.Context(), s),
	} {
		if err == nil || !strings.Contains(err.Error(), "tried for 3s: connect to PostgreSQL at 127.0.0.1:") ||
			!strings.Contains(err.Error(), "connection refused") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want one line that says where there was no connection", name, err)
		}
	}
}

// TestCloseWhileServerIsDown: Close does not wait for a server that is down, and ends calls that do.
func TestCloseWhileServerIsDown(t *testing.T) {
	p, s, _ := openBehindProxy(t, time.Minute)
	p.close()
	done := make(chan error, 1)
	go func() {
		_, err := s.Load(context.Background(), "g")
		done <- err
	}()
	time.Sleep(50 * time.Millisecond)
	start := time.Now()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; !errors.Is(err, record.ErrClosed) || time.Since(start) > 5*time.Second {
		t.Fatalf("Load: %v after %v, want ErrClosed at once", err, time.Since(start))
	}
}

// TestLoadAfterInDoubt: who loads a group while a transaction of a process that is gone is at work on it gets what that leads
// to, when the group was there before and when it was not.
func TestLoadAfterInDoubt(t *testing.T) {
	o := pgstore.Options{Schema: newSchema(), MaxConns: 1} // so that all is prepared
	s, direct := mustOpen(t, server.URL(), o), mustOpen(t, server.URL(), o)
	defer s.Close()
	defer direct.Close()
	for _, prepares := range []*expectedGroup{newExpectedGroup("other", 300), newExpectedGroup("another", 300)} {
		prepares.mustCommit(t, s)
		prepares.mustCommit(t, s)
	}
	player := newExpectedGroup("g", 300)
	for version, last := range []string{"layouts", "message_ids", "message_ids"} { // which the commit comes to last
		release := lockTable(t, table(o, last))
		done, loaded := make(chan error, 1), make(chan uint64, 1)
		go func() { done <- player.commit(context.Background(), s) }()
		waitForLock(t, table(o, last))
		if r, err := direct.Load(t.Context(), "g"); err != nil || r.Version != uint64(version) {
			t.Errorf("Load: version %v, %v; want %d, without waiting", r, err, version)
		}
		go func() {
			r, err := direct.LoadAfterInDoubt(context.Background(), "g")
			if err != nil {
				t.Error(err)
				r = &record.Group{}
			}
			loaded <- r.Version
		}()
		time.Sleep(100 * time.Millisecond)
		release()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if got, want := <-loaded, uint64(version)+1; got != want {
			t.Errorf("LoadAfterInDoubt returns version %d, want %d", got, want)
		}
	}
	if r, err := direct.LoadAfterInDoubt(t.Context(), "nobody"); err != nil || r.Version != 0 || len(r.Layout) > 0 {
		t.Errorf("LoadAfterInDoubt of a group that does not exist: %+v, %v", r, err)
	}
	if names, err := direct.Groups(t.Context(), "", 10); err != nil || len(names) != 3 {
		t.Errorf("groups %q, %v; want the three that were committed", names, err)
	}
}

// lockTable keeps others from writing to a table.
func lockTable(t *testing.T, table string) (release func()) {
	t.Helper()
	tx, err := mustConnect(t).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mustExec(t, tx, "LOCK TABLE "+table+" IN EXCLUSIVE MODE")
	return func() {
		if err := tx.Rollback(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// waitForLock returns when somebody waits for a table.
func waitForLock(t *testing.T, table string) {
	t.Helper()
	conn := mustConnect(t)
	for waits, tries := 0, 0; waits == 0; time.Sleep(10 * time.Millisecond) {
		err := conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '"+table+"'::regclass").Scan(&waits)
		if tries++; err != nil || tries > 1000 {
			t.Fatalf("nobody waits for %s: %v", table, err)
		}
	}
}
