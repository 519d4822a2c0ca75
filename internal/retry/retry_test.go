package retry_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dictrack/dictrack/internal/retry"
	"github.com/dictrack/dictrack/record"
)

// describe marks an error as described.
func describe(err error) error {
	return &retry.OneLineError{Text: "described: " + err.Error(), Cause: err}
}

// newRetrier returns a Retrier for which io.EOF is transient.
func newRetrier(ctx context.Context, timeout time.Duration) *retry.Retrier {
	return retry.New(retry.Options{
		Server: "a server", Timeout: timeout, Logger: slog.New(slog.DiscardHandler), Describe: describe, Context: ctx,
		IsTransient: func(err error) bool { return errors.Is(err, io.EOF) },
	})
}

func TestDoRetriesTransientErrors(t *testing.T) {
	for name, c := range map[string]struct {
		failures int
		err      error
		attempts int
		want     error
	}{
		"no failure":    {0, nil, 1, nil},
		"transient":     {3, io.EOF, 4, nil},
		"requested":     {2, retry.ErrRetry, 3, nil},
		"not transient": {1, io.ErrNoProgress, 1, io.ErrNoProgress},
	} {
		attempts := 0
		err := newRetrier(t.Context(), time.Minute).Do(t.Context(), "look", 0, func(context.Context) error {
			if attempts++; attempts <= c.failures {
				return c.err
			}
			return nil
		})
		if !errors.Is(err, c.want) || attempts != c.attempts {
			t.Errorf("%s: %v after %d attempts, want %v after %d", name, err, attempts, c.want, c.attempts)
		}
		if err != nil && err.Error() != "look: described: "+c.want.Error() {
			t.Errorf("%s: error %q", name, err)
		}
	}
}

// TestTimeouts checks that a call is retried until its timeout, and each attempt cancelled after its own.
func TestTimeouts(t *testing.T) {
	attempts := 0
	err := newRetrier(t.Context(), 100*time.Millisecond).Do(t.Context(), "look", time.Millisecond, func(ctx context.Context) error {
		attempts++
		<-ctx.Done()
		return io.EOF
	})
	if !errors.Is(err, io.EOF) || !strings.Contains(err.Error(), "retried for 100ms") || attempts < 2 {
		t.Errorf("%v after %d attempts, want that it was retried for 100ms", err, attempts)
	}
}

// TestDoStops checks the error of a call whose own context ends, and of one whose store ends.
func TestDoStops(t *testing.T) {
	for name, stop := range map[string]func(cancelCall, cancelStore context.CancelFunc, r *retry.Retrier) (want error){
		"call context": func(cancelCall, _ context.CancelFunc, _ *retry.Retrier) error { cancelCall(); return context.Canceled },
		"store context": func(_, cancelStore context.CancelFunc, _ *retry.Retrier) error {
			cancelStore()
			return record.ErrClosed
		},
		"close": func(_, _ context.CancelFunc, r *retry.Retrier) error { r.Close(); return record.ErrClosed },
	} {
		storeContext, cancelStore := context.WithCancel(t.Context())
		ctx, cancelCall := context.WithCancel(t.Context())
		r := newRetrier(storeContext, time.Minute)
		var want error
		err := r.Do(ctx, "look", 0, func(inner context.Context) error {
			want = stop(cancelCall, cancelStore, r)
			if name != "close" {
				<-inner.Done()
			}
			return io.EOF
		})
		if !errors.Is(err, want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %q, want %v in one line", name, err, want)
		}
		cancelCall()
		cancelStore()
	}
}

// TestClose checks that Wait waits for calls that have entered, and that no others enter.
func TestClose(t *testing.T) {
	r := newRetrier(t.Context(), time.Minute)
	if err := r.Enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !r.Close() || r.Close() {
		t.Error("want true of the first Close alone")
	}
	if err := r.Enter(t.Context()); !errors.Is(err, record.ErrClosed) {
		t.Errorf("Enter after Close: %v", err)
	}
	var left atomic.Bool
	time.AfterFunc(20*time.Millisecond, func() { left.Store(true); r.Leave() })
	if r.Wait(); !left.Load() {
		t.Error("Wait returned before the call had left")
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := newRetrier(t.Context(), time.Minute).Enter(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("Enter with a context that has ended: %v", err)
	}
}
