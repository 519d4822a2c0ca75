package pgstore

import (
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dictrack/dictrack/internal/retry"
	"github.com/dictrack/dictrack/store"
)

// Store is a store.Store in a PostgreSQL database. Any number of them, in any number of processes, may
// work in one schema at once.
type Store struct {
	pool        *pgxpool.Pool
	owned       bool // close the pool too
	sql         queries
	log         *slog.Logger
	where       string // server, database and user, for people
	definitions *definitionCache
	calls       *retry.Retrier
}

var _ store.Store = (*Store)(nil)

// Close waits for the calls under way, but not for a server that is away, and closes the connections,
// unless they are of a pool that New was given.
func (s *Store) Close() error {
	if !s.calls.Close() {
		return nil
	}
	s.calls.Wait()
	if s.owned {
		s.pool.Close()
	}
	return nil
}
