package pgstore

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// maxForgetBatch is how many message ids are removed in one transaction.
const maxForgetBatch = 1000

// DeleteExpiredIDs implements store.Store. It does not block other calls.
func (s *Store) DeleteExpiredIDs(ctx context.Context, now int64) error {
	for forgotten := maxForgetBatch; forgotten == maxForgetBatch; {
		err := s.do(ctx, "forget ids", s.retrier.AttemptTimeout(), func(ctx context.Context) error {
			forgotten = 0
			return s.query(ctx, "delete_expired_ids", []any{now, maxForgetBatch}, func(pgx.Rows) error {
				forgotten++
				return nil
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Flush implements store.Store. It waits for the transactions under way, and blocks others.
func (s *Store) Flush(ctx context.Context) error {
	return s.do(ctx, "flush", 0, func(ctx context.Context) error {
		return pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) error {
			return s.flush(ctx, tx)
		})
	})
}

// flush empties all tables but that of the definitions. New groups start above every version there was, so
// that a change that was made before conflicts.
func (s *Store) flush(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, s.sql["lock_tables"]); err != nil {
		return err
	}
	var first int64
	var sum []byte
	var highest *int64
	err := tx.QueryRow(ctx, s.sql["max_version"]).Scan(&first, &sum, &highest)
	if errors.Is(err, pgx.ErrNoRows) {
		err = corrupt("of the first version", errMissing)
	}
	if err == nil {
		err = checkFirstVersion(first, sum)
	}
	if err != nil {
		return err
	}
	if highest != nil {
		first = max(first, *highest+1)
	}
	if _, err := tx.Exec(ctx, s.sql["set_first_version"], first, seal(firstVersionKey(first), nil)); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, s.sql["truncate"])
	return err
}
