// Package away makes the calls of stores on servers that may be away for a while: each is tried again as long
// as it fails for a reason that passes.
package away

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/dictrack/dictrack/store"
)

// Options are what a store says of its server.
type Options struct {
	// Server is its name for people.
	Server string
	// Patience is how long a call is tried.
	Patience time.Duration
	// Logger is told of failed attempts.
	Logger *slog.Logger
	// Passes tells whether another attempt may go better.
	Passes func(err error) bool
	// Plain is an error in one line, for people.
	Plain func(err error) error
	// Life is what all attempts end with. Nil: with nothing but their calls.
	Life context.Context
}

// Calls are those of one store.
type Calls struct {
	Options

	mu      sync.Mutex // protects closed, and calls from beginning after it is set
	closed  bool
	closing chan struct{} // closed when Close was called: nobody waits for a server that is away
	calls   sync.WaitGroup
}

// New is for a store that is opened. Of the options, all but Life are needed.
func New(o Options) *Calls {
	if o.Life == nil {
		o.Life = context.Background()
	}
	return &Calls{Options: o, closing: make(chan struct{})}
}

// Begin counts a call, until Done. The error says why there can be none.
func (c *Calls) Begin(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return store.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c.calls.Add(1)
	return nil
}

// Done ends a call that has begun.
func (c *Calls) Done() { c.calls.Done() }

// Close lets no more calls begin, and those under way make no more attempts. Only the first Close is told
// that it is.
func (c *Calls) Close() (first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.closed = true
	close(c.closing)
	return true
}

// Wait waits for the calls under way.
func (c *Calls) Wait() { c.calls.Wait() }
