// Package retry makes the calls of stores to database servers that may be unavailable for a while. A call that
// fails with a transient error is repeated with exponential backoff until it succeeds, its timeout is over, its
// context ends or the store is closed.
package retry

import (
	"context"
	"log/slog"
	"time"

	"github.com/dictrack/dictrack/internal/gate"
	"github.com/dictrack/dictrack/record"
)

// Options describe a server and which of its errors are worth another attempt. All but Context are required.
type Options struct {
	// Server is the name of the server in log messages, such as "PostgreSQL".
	Server string
	// Timeout bounds how long a call is retried.
	Timeout time.Duration
	// Logger receives a warning for each failed attempt that is retried.
	Logger *slog.Logger
	// IsTransient reports whether another attempt may succeed after this error.
	IsTransient func(err error) bool
	// Describe turns an error into one line for people. The result must wrap the error, or its cause.
	Describe func(err error) error
	// Context ends every attempt. Nil means that only the contexts of calls do.
	Context context.Context
}

// Retrier makes the calls of one store. Its methods may be called from any goroutine.
type Retrier struct {
	Options

	calls gate.Gate
}

// New returns a Retrier that is open.
func New(o Options) *Retrier {
	if o.Context == nil {
		o.Context = context.Background()
	}
	return &Retrier{Options: o}
}

// Enter counts a call as under way until Leave. It fails with record.ErrClosed after Close, and with ctx.Err()
// when ctx has ended.
func (r *Retrier) Enter(ctx context.Context) error {
	if err := r.calls.Err(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.calls.Enter(1)
}

// Leave ends a call that has entered.
func (r *Retrier) Leave() { r.calls.Leave() }

// Close lets no more calls enter; those under way finish their attempt and make no other. It reports whether
// this was the first Close.
func (r *Retrier) Close() (first bool) { return r.calls.Close(record.ErrClosed) }

// Wait waits until every call has left.
func (r *Retrier) Wait() { _ = r.calls.Wait(context.Background()) }
