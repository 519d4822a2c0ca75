package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"

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
	for last, want := range map[error]struct {
		status int
		line   string
	}{
		nil:                 {exitInterrupted, "dictrack: interrupted\n"},
		context.Canceled:    {exitInterrupted, "dictrack: interrupted\n"},
		io.ErrUnexpectedEOF: {exitFailure, "dictrack: unexpected EOF\n"},
	} {
		m, err := dictrack.Open(t.Context(), dictrack.Options{Cache: &stuck{memorycache.New(memorycache.Options{})}, DisableTimers: true})
		if err != nil {
			t.Fatal(err)
		}
		var errs interrupts
		a := &app{&streams{err: &errs}}
		err = wrapRun(func(*cobra.Command, []string) error { return a.close(m, last) })(nil, nil)
		status := a.reportError(newRoot(a), nil, err)
		text := "waiting until the store has everything; interrupt to give up\n" +
			"dictrack: gave up before the store had everything: 2 groups are not in the store: context canceled\n" +
			want.line
		if status != want.status || errs.String() != text {
			t.Errorf("after %v: status %d, %s", last, status, errs.String())
		}
	}
}
