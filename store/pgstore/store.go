package pgstore

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dictrack/dictrack/store"
)

// Store is a store.Store in a PostgreSQL database. Any number of them, in any number of processes, may
// work in one schema at once.
type Store struct {
	pool     *pgxpool.Pool
	owned    bool // close the pool too
	sql      queries
	log      *slog.Logger
	patience time.Duration
	where    string // server, database and user, for people
	known    known

	mu      sync.Mutex // protects closed, and calls from beginning after it is set
	closed  bool
	closing chan struct{} // closed when Close was called: nobody waits for a server that is away
	calls   sync.WaitGroup
}

var _ store.Store = (*Store)(nil)

// begin counts a call, until calls.Done. The error says why there can be none.
func (s *Store) begin(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return store.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.calls.Add(1)
	return nil
}

// Close waits for the calls under way, but not for a server that is away, and closes the connections,
// unless they are of a pool that OpenPool was given.
func (s *Store) Close() error {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	s.mu.Unlock()
	if !first {
		return nil
	}
	close(s.closing)
	s.calls.Wait()
	if s.owned {
		s.pool.Close()
	}
	return nil
}
