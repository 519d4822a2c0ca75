package retry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dictrack/dictrack/record"
)

// The wait between two attempts starts at minBackoff and doubles up to MaxBackoff.
const (
	minBackoff = 20 * time.Millisecond
	MaxBackoff = time.Second
)

// ErrRetry is returned by an attempt that must be repeated although nothing failed. It is always transient, and
// not logged.
var ErrRetry = errors.New("the database is changing")

// Attempt is one attempt at a call. It must be idempotent, even while an earlier attempt is still being executed
// by the server.
type Attempt func(ctx context.Context) error

// Do makes attempts until one succeeds or fails with an error that is not transient, until Options.Timeout is
// over (which is a record.ErrUnavailable), the Retrier is closed, or ctx ends. Errors begin with name, the name of the call. An attempt is cancelled
// after attemptTimeout; 0 means that only ctx ends it. The caller must have entered.
func (r *Retrier) Do(ctx context.Context, name string, attemptTimeout time.Duration, attempt Attempt) error {
	return r.DoIf(ctx, r.IsTransient, name, attemptTimeout, attempt)
}

// DoIf is Do with its own classification of transient errors.
func (r *Retrier) DoIf(ctx context.Context, isTransient func(error) bool, name string, attemptTimeout time.Duration, attempt Attempt) error {
	deadline := time.Now().Add(r.Timeout)
	for backoff := minBackoff; ; backoff = min(2*backoff, MaxBackoff) {
		err := r.DoOnce(ctx, attemptTimeout, attempt)
		requested := errors.Is(err, ErrRetry)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("%s: %w", name, ctx.Err())
		case r.Context.Err() != nil:
			return fmt.Errorf("%s: %w before there was an answer", name, record.ErrClosed)
		case !requested && !isTransient(err):
			return fmt.Errorf("%s: %w", name, r.Describe(err))
		case time.Now().Add(backoff).After(deadline):
			return record.Unavailable(fmt.Errorf("%s: retried for %v: %w", name, r.Timeout, r.Describe(err)))
		}
		if !requested {
			r.Logger.Warn(r.Server+" call failed; retrying", "call", name, "error", r.Describe(err))
		}
		if stopped := r.sleep(ctx, backoff); stopped != nil {
			return fmt.Errorf("%s: %w: %w", name, stopped, r.Describe(err))
		}
	}
}

// AttemptTimeout is the time limit for an attempt at an ordinary call: it leaves time for at least three.
func (r *Retrier) AttemptTimeout() time.Duration { return r.Timeout / 3 }

// DoOnce makes one attempt, which is cancelled after timeout (0: never), when Options.Context ends, or ctx.
func (r *Retrier) DoOnce(ctx context.Context, timeout time.Duration, attempt Attempt) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(r.Context, cancel)()
	if timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, timeout)
		defer cancel()
	}
	return attempt(ctx)
}

// sleep waits for the backoff. The error says why there must be no further attempt.
func (r *Retrier) sleep(ctx context.Context, backoff time.Duration) error {
	timer := time.NewTimer(backoff)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-r.calls.Closed():
		return record.ErrClosed
	}
}
