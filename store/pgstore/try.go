package pgstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/dictrack/dictrack/store"
)

// Waits between attempts: the first, and the longest.
const (
	firstWait = 20 * time.Millisecond
	maxWait   = time.Second
)

// try makes a call: attempt, and again as long as it fails for a reason that passes, until the store is
// out of patience, or closed, or ctx ends. It must be harmless to make an attempt again. An attempt that
// has no answer after limit is given up; 0 is for as long as ctx allows.
func (s *Store) try(ctx context.Context, what string, limit time.Duration, attempt func(ctx context.Context) error) error {
	return s.tryWhile(ctx, passes, what, limit, attempt)
}

// tryWhile is try with its own opinion of what passes.
func (s *Store) tryWhile(ctx context.Context, passes func(error) bool, what string, limit time.Duration, attempt func(ctx context.Context) error) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.calls.Done()
	end := time.Now().Add(s.patience)
	for wait := firstWait; ; wait = min(2*wait, maxWait) {
		err := once(ctx, limit, attempt)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("%s: %w", what, ctx.Err())
		case !passes(err):
			return fmt.Errorf("%s: %w", what, s.plain(err))
		case time.Now().Add(wait).After(end):
			return fmt.Errorf("%s: tried for %v: %w", what, s.patience, s.plain(err))
		}
		s.log.Warn("PostgreSQL did not answer as it should; trying again", "call", what, "error", s.plain(err))
		if stop := s.pause(ctx, wait); stop != nil {
			return fmt.Errorf("%s: %w: %w", what, stop, s.plain(err))
		}
	}
}

// usual is how long most attempts may take.
func (s *Store) usual() time.Duration { return s.patience / 3 }

func once(ctx context.Context, limit time.Duration, attempt func(ctx context.Context) error) error {
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	return attempt(ctx)
}

// pause waits; the error says why there is no use in going on.
func (s *Store) pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closing:
		return store.ErrClosed
	}
}

// passing are the server's errors that go away by themselves: it shuts down, starts, has too many
// clients; another transaction was in the way.
var passing = []string{
	"57P01", "57P02", "57P03", "57P05", "53300", // shutdown, crash, start, idle for too long, too many
	"40001", "40P01", "55P03", // serialization, deadlock, lock not to be had
	"08000", "08003", "08006", // connection
}

// passes tells whether another attempt may go better.
func passes(err error) bool {
	if server, ok := errors.AsType[*pgconn.PgError](err); ok {
		return slices.Contains(passing, server.Code)
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

// undone tells that a transaction that ended with err, its COMMIT sent along, has certainly not happened:
// the server refused a statement, or was never reached. The end of a connection, and so of the server,
// tells nothing.
func undone(err error) bool {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if server, ok := errors.AsType[*pgconn.PgError](err); ok {
		return server.SeverityUnlocalized == "ERROR"
	}
	return pgconn.SafeToRetry(err)
}
