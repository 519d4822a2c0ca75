package away_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/away"
)

// plain is what people are told of an error.
func plain(err error) error { return &away.Problem{Line: "plainly: " + err.Error(), Cause: err} }

// open makes calls for which io.EOF passes.
func open(life context.Context, patience time.Duration) *away.Calls {
	return away.New(away.Options{
		Server: "a server", Patience: patience, Logger: slog.New(slog.DiscardHandler), Plain: plain, Life: life,
		Passes: func(err error) bool { return errors.Is(err, io.EOF) },
	})
}

func TestTry(t *testing.T) {
	for name, c := range map[string]struct {
		failures int
		err      error
		attempts int
		want     error
	}{
		"at once":       {0, nil, 1, nil},
		"passes":        {3, io.EOF, 4, nil},
		"asked for":     {2, away.ErrAgain, 3, nil},
		"does not pass": {1, io.ErrNoProgress, 1, io.ErrNoProgress},
	} {
		attempts := 0
		err := open(t.Context(), time.Minute).Try(t.Context(), "look", 0, func(context.Context) error {
			if attempts++; attempts <= c.failures {
				return c.err
			}
			return nil
		})
		if !errors.Is(err, c.want) || attempts != c.attempts {
			t.Errorf("%s: %v after %d attempts, want %v after %d", name, err, attempts, c.want, c.attempts)
		}
		if err != nil && err.Error() != "look: plainly: "+c.want.Error() {
			t.Errorf("%s: error %q", name, err)
		}
	}
}

// TestPatience: a call is tried for as long as there is patience, and an attempt for as long as its limit.
func TestPatience(t *testing.T) {
	attempts := 0
	err := open(t.Context(), 100*time.Millisecond).Try(t.Context(), "look", time.Millisecond, func(ctx context.Context) error {
		attempts++
		<-ctx.Done()
		return io.EOF
	})
	if !errors.Is(err, io.EOF) || !strings.Contains(err.Error(), "tried for 100ms") || attempts < 2 {
		t.Errorf("%v after %d attempts, want that it was tried for 100ms", err, attempts)
	}
}

// TestEnded: what a caller is told when its own time is over, and when the store's is.
func TestEnded(t *testing.T) {
	for name, end := range map[string]func(cancel, die context.CancelFunc, c *away.Calls) (want error){
		"call":  func(cancel, _ context.CancelFunc, _ *away.Calls) error { cancel(); return context.Canceled },
		"life":  func(_, die context.CancelFunc, _ *away.Calls) error { die(); return store.ErrClosed },
		"close": func(_, _ context.CancelFunc, c *away.Calls) error { c.Close(); return store.ErrClosed },
	} {
		life, die := context.WithCancel(t.Context())
		ctx, cancel := context.WithCancel(t.Context())
		c := open(life, time.Minute)
		var want error
		err := c.Try(ctx, "look", 0, func(inner context.Context) error {
			want = end(cancel, die, c)
			if name != "close" {
				<-inner.Done()
			}
			return io.EOF
		})
		if !errors.Is(err, want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %q, want %v in one line", name, err, want)
		}
		cancel()
		die()
	}
}

// TestClose: it is waited for calls that have begun, and no others begin.
func TestClose(t *testing.T) {
	c := open(t.Context(), time.Minute)
	if err := c.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !c.Close() || c.Close() {
		t.Error("not the first Close, but another, was told to be the first")
	}
	if err := c.Begin(t.Context()); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Begin after Close: %v", err)
	}
	var over atomic.Bool
	time.AfterFunc(20*time.Millisecond, func() { over.Store(true); c.Done() })
	if c.Wait(); !over.Load() {
		t.Error("a call was not waited for")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := open(t.Context(), time.Minute).Begin(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("Begin with a context that ended: %v", err)
	}
}
