package pgstore

import (
	"context"
	"math"

	"github.com/jackc/pgx/v5"

	"github.com/dictrack/dictrack/record"
)

// Due implements store.Store.
func (s *Store) Due(ctx context.Context, until int64, limit int) ([]record.Due, error) {
	return list(ctx, s, "list what is due", "list_due", until, limit, func(from pgx.Rows) (record.Due, error) {
		var name []byte
		var at int64
		err := from.Scan(&name, &at)
		return record.Due{Group: string(name), At: at}, err
	})
}

// Groups implements store.Store.
func (s *Store) Groups(ctx context.Context, after string, limit int) ([]string, error) {
	return list(ctx, s, "list groups", "list_groups", []byte(after), limit, func(from pgx.Rows) (string, error) {
		var name []byte
		err := from.Scan(&name)
		return string(name), err
	})
}

// list runs a query that takes a bound and a limit.
func list[T any](ctx context.Context, s *Store, what, query string, edge any, limit int, read func(from pgx.Rows) (T, error)) (all []T, _ error) {
	err := s.do(ctx, what, s.retrier.AttemptTimeout(), func(ctx context.Context) error {
		if limit <= 0 {
			return nil
		}
		all = nil
		return s.query(ctx, query, []any{edge, int32(min(limit, math.MaxInt32))}, func(from pgx.Rows) error {
			one, err := read(from)
			all = append(all, one)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}
