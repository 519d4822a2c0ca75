package pgstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dictrack/dictrack/internal/testserver/postgres"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/pgstore"
)

// mustStart starts a server for one test.
func mustStart(tb testing.TB, settings ...string) *postgres.Server {
	tb.Helper()
	s, err := postgres.Start(settings...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Stop(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

// TestRestart kills and halts the server again and again while many commit: no call fails, and in the end
// every player stands where its acknowledged commits have brought it, no less and no more.
func TestRestart(t *testing.T) {
	t.Parallel()
	const workers, restarts = 8, 6
	srv := mustStart(t, postgres.NoSync)
	s := mustOpen(t, srv.URL(), pgstore.Options{RetryTimeout: time.Minute, MaxConns: workers})
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	players := make([]*expectedGroup, workers)
	var ended atomic.Bool
	var all sync.WaitGroup
	for i := range players {
		players[i] = newExpectedGroup(fmt.Sprintf("player %d", i), []int{1, 3, 128, 129}[i%4])
		all.Go(func() { play(t, s, players[i], &ended) })
	}
	for i := range restarts {
		time.Sleep(time.Duration(100+i*20) * time.Millisecond)
		if i%3 == 2 {
			srv.Halt()
		} else {
			srv.Kill()
		}
		if err := srv.Resume(); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(200 * time.Millisecond)
	ended.Store(true)
	all.Wait()
	total := uint64(0)
	for _, p := range players {
		p.mustBeAt(t, s, p.acked)
		total += p.acked
	}
	mustListAll(t, s, players...)
	t.Logf("%d commits over %d restarts", total, restarts)
}

// play commits, and reads, until the end.
func play(t *testing.T, s store.Store, p *expectedGroup, ended *atomic.Bool) {
	for !ended.Load() && !t.Failed() {
		if err := p.commit(context.Background(), s); err != nil {
			t.Errorf("%s: %v", p.group.Name(), err)
			return
		}
		if r, err := s.Load(context.Background(), p.group.Name()); err != nil || r.Version != p.acked {
			t.Errorf("%s: read %+v after version %d: %v", p.group.Name(), r, p.acked, err)
		}
	}
}

// TestKilled kills the server during commits, and lets nobody try again, as when their process died too: what was acknowledged is there, and of what was not each change is there as a whole or not at all.
func TestKilled(t *testing.T) {
	t.Parallel()
	const workers, kills = 6, 5
	srv := mustStart(t, postgres.NoSync)
	o := pgstore.Options{MaxConns: workers}
	players := make([]*expectedGroup, workers)
	for i := range players {
		players[i] = newExpectedGroup(fmt.Sprintf("player %d", i), []int{1, 128, 300}[i%3])
	}
	for range kills {
		s := mustOpen(t, srv.URL(), o)
		for _, p := range players {
			if _, err := p.check(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			p.restore(t, s)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for i := 0; i < workers; i += 2 { // two in every commit
			all.Go(func() { playTogether(ctx, s, players[i], players[i+1]) })
		}
		time.Sleep(150 * time.Millisecond)
		srv.Kill()
		cancel()
		all.Wait()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := srv.Resume(); err != nil {
			t.Fatal(err)
		}
	}
	s := mustOpen(t, srv.URL(), o)
	defer s.Close()
	for _, p := range players {
		if v, err := p.check(t.Context(), s); err != nil || v < 10 {
			t.Fatalf("%s has version %d: %v", p.group.Name(), v, err)
		}
	}
	mustListAll(t, s, players...)
}

// restore goes on from what the store has.
func (p *expectedGroup) restore(t *testing.T, s store.Store) {
	t.Helper()
	if p.group = mustRestore(t, s, p.group.Name()); p.group.Version() > 0 {
		p.acked, p.tried = p.group.Version(), p.group.Version()
	}
}

// playTogether commits the changes of two players at once, until the end.
func playTogether(ctx context.Context, s store.Store, a, b *expectedGroup) {
	for {
		changes := []*record.Change{a.next(), b.next()}
		if err := s.Commit(ctx, changes); err != nil {
			return
		}
		a.acked, b.acked = a.tried, b.tried
	}
}

// TestReadsWait: a call that comes while the server is down is answered when it is up again.
func TestReadsWait(t *testing.T) {
	t.Parallel()
	srv := mustStart(t, postgres.NoSync)
	s := mustOpen(t, srv.URL(), pgstore.Options{})
	defer s.Close()
	p := newExpectedGroup("g", 3)
	p.mustCommit(t, s)
	srv.Kill()
	calls := map[string]func() error{
		"Load":  func() error { _, err := s.Load(t.Context(), "g"); return err },
		"Due":   func() error { _, err := s.Due(t.Context(), now, 1); return err },
		"Flush": func() error { return s.Flush(t.Context()) },
	}
	errs := make(chan error, len(calls))
	for name, call := range calls {
		go func() {
			if err := call(); err != nil {
				errs <- fmt.Errorf("%s: %w", name, err)
				return
			}
			errs <- nil
		}()
	}
	time.Sleep(300 * time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := s.Load(ctx, "g"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Load until a deadline: %v, want that it is over", err)
	}
	if err := srv.Resume(); err != nil {
		t.Fatal(err)
	}
	for range calls {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}
