package away

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dictrack/dictrack/store"
)

// Waits between attempts: the first, and the longest.
const (
	firstWait = 20 * time.Millisecond
	// LongestWait is the longest wait between two attempts.
	LongestWait = time.Second
)

// ErrAgain is what an attempt returns to ask for another where nothing is wrong. It passes.
var ErrAgain = errors.New("the database is changing")

// Attempt is one go at a call. It must be harmless to make it again, also while an earlier one is still on
// its way.
type Attempt func(ctx context.Context) error

// Try makes an attempt, and again as long as it fails for a reason that passes, until the store is out of
// patience, or closed, or ctx ends. An attempt that has no answer after limit is given up; 0 is for as long
// as ctx allows.
func (c *Calls) Try(ctx context.Context, what string, limit time.Duration, attempt Attempt) error {
	return c.TryWhile(ctx, c.Passes, what, limit, attempt)
}

// TryWhile is Try with its own opinion of what passes.
func (c *Calls) TryWhile(ctx context.Context, passes func(error) bool, what string, limit time.Duration, attempt Attempt) error {
	end := time.Now().Add(c.Patience)
	for wait := firstWait; ; wait = min(2*wait, LongestWait) {
		err := c.Once(ctx, limit, attempt)
		again := errors.Is(err, ErrAgain)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("%s: %w", what, ctx.Err())
		case c.Life.Err() != nil:
			return fmt.Errorf("%s: %w before there was an answer", what, store.ErrClosed)
		case !again && !passes(err):
			return fmt.Errorf("%s: %w", what, c.Plain(err))
		case time.Now().Add(wait).After(end):
			return fmt.Errorf("%s: tried for %v: %w", what, c.Patience, c.Plain(err))
		}
		if !again {
			c.Logger.Warn(c.Server+" did not answer as it should; trying again", "call", what, "error", c.Plain(err))
		}
		if stop := c.pause(ctx, wait); stop != nil {
			return fmt.Errorf("%s: %w: %w", what, stop, c.Plain(err))
		}
	}
}

// Usual is how long most attempts may take.
func (c *Calls) Usual() time.Duration { return c.Patience / 3 }

// Once makes one attempt.
func (c *Calls) Once(ctx context.Context, limit time.Duration, attempt Attempt) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.Life, cancel)()
	if limit > 0 {
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	return attempt(ctx)
}

// pause waits; the error says why there is no use in going on.
func (c *Calls) pause(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-c.closing:
		return store.ErrClosed
	}
}
