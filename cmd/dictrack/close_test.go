package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache/memorycache"
)

// stuck is a cache with a store that does not answer: Close waits until it is given up.
type stuck struct{ *memorycache.Cache }

func (s *stuck) Close(ctx context.Context) error {
	<-ctx.Done()
	return errors.Join(fmt.Errorf("2 groups are not in the store: %w", ctx.Err()), s.Cache.Close(context.Background()))
}

// interrupts is a writer that interrupts this process when it is told that there is something to wait for.
type interrupts struct{ bytes.Buffer }

func (w *interrupts) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "interrupt to give up") {
		self, err := os.FindProcess(os.Getpid())
		if err := errors.Join(err, self.Signal(os.Interrupt)); err != nil {
			return 0, err
		}
	}
	return w.Buffer.Write(p)
}

// What a cache is ahead of its store with is waited for, and said; an interruption gives up, and says what is missing.
func TestCloseWaitsUntilInterrupted(t *testing.T) {
	for _, last := range []error{nil, context.Canceled} {
		m, err := dictrack.Open(t.Context(), dictrack.Options{Cache: &stuck{memorycache.New()}, ManualSweep: true})
		if err != nil {
			t.Fatal(err)
		}
		var errs interrupts
		a := &app{&streams{err: &errs}}
		err = a.close(m, last)
		status := a.explainError(newRoot(a), nil, err)
		want := "waiting until the store has everything; interrupt to give up\n" +
			"dictrack: gave up before the store had everything: 2 groups are not in the store: context canceled\n" +
			"dictrack: interrupted\n"
		if status != exitInterrupted || errs.String() != want {
			t.Errorf("after %v: status %d, %s", last, status, errs.String())
		}
	}
}
