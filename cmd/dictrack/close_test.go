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

// stuckCache is a cache whose store does not answer: Close waits until its context ends.
type stuckCache struct{ *memorycache.Cache }

func (s *stuckCache) Close(ctx context.Context) error {
	<-ctx.Done()
	return errors.Join(fmt.Errorf("2 groups are not in the store: %w", ctx.Err()), s.Cache.Close(context.Background()))
}

// interruptOnNotice is a writer that interrupts this process when the notice of a slow close is written.
type interruptOnNotice struct{ bytes.Buffer }

func (w *interruptOnNotice) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "interrupt to give up") {
		self, err := os.FindProcess(os.Getpid())
		if err := errors.Join(err, self.Signal(os.Interrupt)); err != nil {
			return 0, err
		}
	}
	return w.Buffer.Write(p)
}

// Closing waits for a write-behind cache and prints a notice. An interruption gives up, and the error says what the store
// does not have.
func TestCloseWaitsUntilInterrupted(t *testing.T) {
	for last, want := range map[error]struct {
		status int
		line   string
	}{
		nil:                 {exitInterrupted, "dictrack: interrupted\n"},
		context.Canceled:    {exitInterrupted, "dictrack: interrupted\n"},
		io.ErrUnexpectedEOF: {exitFailure, "dictrack: unexpected EOF\n"},
	} {
		m, err := dictrack.Open(t.Context(), dictrack.Options{Cache: &stuckCache{memorycache.New(memorycache.Options{})}, DisableTimers: true})
		if err != nil {
			t.Fatal(err)
		}
		var errs interruptOnNotice
		a := &app{&streams{err: &errs}}
		err = wrapRun(func(*cobra.Command, []string) error { return a.close(m, last) })(nil, nil)
		status := a.reportError(newRoot(a), nil, err)
		text := "writing the last changes to the store; interrupt to give up\n" +
			"dictrack: gave up before all changes were in the store: 2 groups are not in the store: context canceled\n" +
			want.line
		if status != want.status || errs.String() != text {
			t.Errorf("after %v: status %d, %s", last, status, errs.String())
		}
	}
}
