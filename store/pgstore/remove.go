package pgstore

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// maxForget is how many ids are forgotten in one transaction.
const maxForget = 1000

// Forget implements store.Store. Other calls go on meanwhile.
func (s *Store) Forget(ctx context.Context, now int64) error {
	for forgotten := maxForget; forgotten == maxForget; {
		err := s.do(ctx, "forget ids", s.retrier.AttemptTimeout(), func(ctx context.Context) error {
			forgotten = 0
			return s.query(ctx, "forget", []any{now, maxForget}, func(pgx.Rows) error {
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

// Flush implements store.Store. It waits for the transactions under way; others wait for it.
func (s *Store) Flush(ctx context.Context) error {
	return s.do(ctx, "flush", 0, func(ctx context.Context) error {
		return pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) error {
			return s.flush(ctx, tx)
		})
	})
}

// flush empties the tables but for the definitions. New groups start above every version there was, so
// that a change made before can neither apply nor be taken for a later one.
func (s *Store) flush(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, s.sql["shut"]); err != nil {
		return err
	}
	var floor int64
	var mark []byte
	var top *int64
	err := tx.QueryRow(ctx, s.sql["top"]).Scan(&floor, &mark, &top)
	if errors.Is(err, pgx.ErrNoRows) {
		err = corrupt("of the first version", errMissing)
	}
	if err == nil {
		err = checkFirstVersion(floor, mark)
	}
	if err != nil {
		return err
	}
	if top != nil {
		floor = max(floor, *top+1)
	}
	if _, err := tx.Exec(ctx, s.sql["raise"], floor, seal(firstVersionKey(floor), nil)); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, s.sql["empty"])
	return err
}
