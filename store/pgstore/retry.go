package pgstore

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dictrack/dictrack/internal/retry"
)

// do makes a call with retries; see retry.Retrier.Do.
func (s *Store) do(ctx context.Context, what string, limit time.Duration, attempt retry.Attempt) error {
	return s.doIf(ctx, isTransient, what, limit, attempt)
}

// doIf is do with its own classification of transient errors.
func (s *Store) doIf(ctx context.Context, passes func(error) bool, what string, limit time.Duration, attempt retry.Attempt) error {
	if err := s.retrier.Enter(ctx); err != nil {
		return err
	}
	defer s.retrier.Leave()
	return s.retrier.DoIf(ctx, passes, what, limit, attempt)
}

// transientCodes are server errors that pass: the server shuts down, starts or has too many clients;
// another transaction was in the way.
var transientCodes = []string{
	"57P01", "57P02", "57P03", "57P05", "53300", // shutdown, crash, start, idle for too long, too many
	"40001", "40P01", "55P03", // serialization, deadlock, lock not to be had
	"08000", "08003", "08006", // connection
}

// isTransient reports whether another attempt may succeed.
func isTransient(err error) bool {
	if server, ok := errors.AsType[*pgconn.PgError](err); ok {
		return slices.Contains(transientCodes, server.Code)
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	return pgconn.SafeToRetry(err) || slices.ContainsFunc([]error{
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, pgconn.ErrConnClosed, context.DeadlineExceeded,
	}, func(known error) bool { return errors.Is(err, known) })
}

// notApplied reports that a transaction that failed with err, and whose COMMIT was sent along, was
// certainly not applied: the server rejected a statement, or was never reached. The end of a connection, or
// of the server, leaves it unknown.
func notApplied(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if server, ok := errors.AsType[*pgconn.PgError](err); ok {
		return server.SeverityUnlocalized == "ERROR"
	}
	return pgconn.SafeToRetry(err)
}
