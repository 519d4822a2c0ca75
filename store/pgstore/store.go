package pgstore

import (
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/dictrack/dictrack/internal/retry"
	"github.com/dictrack/dictrack/store"
)

// Store is a store.Store in a PostgreSQL database. Any number of them, in any number of processes, may use
// one schema at once.
type Store struct {
	pool        *pgxpool.Pool
	owned       bool // close the pool too
	sql         queries
	log         *slog.Logger
	server      string // server, database and user, for people
	definitions *definitionCache
	retrier     *retry.Retrier
}

var _ store.Store = (*Store)(nil)

// Close waits for the calls under way, which are not retried any more, and closes the connections, unless
// New was given the pool.
func (s *Store) Close() error {
	if !s.retrier.Close() {
		return nil
	}
	s.retrier.Wait()
	if s.owned {
		s.pool.Close()
	}
	return nil
}
