package mongostore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"github.com/dictrack/dictrack/store"
)

// Waits between attempts: the first, and the longest.
const (
	firstWait = 20 * time.Millisecond
	maxWait   = time.Second
)

// errAgain asks for another attempt.
var errAgain = errors.New("the database is changing")

// try makes an attempt, and again as long as it fails for a reason that passes, until the store is out of
// patience, or closed, or ctx ends. It must be harmless to make an attempt again, also while an earlier one
// is still on its way. An attempt that has no answer after limit is given up; 0 is for as long as ctx
// allows.
func (s *Store) try(ctx context.Context, what string, limit time.Duration, attempt func(ctx context.Context) error) error {
	end := time.Now().Add(s.patience)
	for wait := firstWait; ; wait = min(2*wait, maxWait) {
		err := s.once(ctx, limit, attempt)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("%s: %w", what, ctx.Err())
		case s.life.Err() != nil:
			return fmt.Errorf("%s: %w before there was an answer", what, store.ErrClosed)
		case !passes(err):
			return fmt.Errorf("%s: %w", what, s.plain(err))
		case time.Now().Add(wait).After(end):
			return fmt.Errorf("%s: tried for %v: %w", what, s.patience, s.plain(err))
		}
		if !errors.Is(err, errAgain) {
			s.log.Warn("MongoDB is away; trying again", "call", what, "error", s.plain(err))
		}
		if stop := s.pause(ctx, wait); stop != nil {
			return fmt.Errorf("%s: %w", what, errors.Join(stop, s.plain(err)))
		}
	}
}

// usual is how long most attempts may take.
func (s *Store) usual() time.Duration { return s.patience / 3 }

// once makes one attempt. It ends with the store's life too.
func (s *Store) once(ctx context.Context, limit time.Duration, attempt func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	if limit > 0 {
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

// passing are the servers' errors that go away by themselves: a primary steps down or shuts down, a network
// between members fails, a majority is late.
var passing = []int{
	6, 7, 64, 89, 91, 134, 189, 262, 9001, 10107, 10058, 11600, 11602, 13435, 13436,
}

// passes tells whether another attempt may go better.
func passes(err error) bool {
	if errors.Is(err, errAgain) || mongo.IsNetworkError(err) || mongo.IsTimeout(err) {
		return true
	}
	if _, ok := errors.AsType[topology.ServerSelectionError](err); ok {
		return true
	}
	server, ok := errors.AsType[mongo.ServerError](err)
	if !ok {
		_, ok := errors.AsType[topology.ConnectionError](err)
		return ok
	}
	for _, code := range passing {
		if server.HasErrorCode(code) {
			return true
		}
	}
	return server.HasErrorLabel("RetryableWriteError") || server.HasErrorLabel("TransientTransactionError")
}
