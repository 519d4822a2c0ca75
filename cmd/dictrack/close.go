package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/dictrack/dictrack"
)

// waitNoticeDelay is how long nothing is said while the state is closed.
const waitNoticeDelay = time.Second

// close closes the Manager after err was its last result. A cache that is ahead of the store brings there what it has;
// an interruption gives up waiting for that.
func (a *app) close(m *dictrack.Manager, err error) error {
	waiting, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	closed := a.closeWithNotice(func() error { return m.Close(waiting) })
	switch {
	case closed == nil:
		return err
	case waiting.Err() != nil:
		a.printError("gave up before the store had everything"+otherCauses(closed), "")
		return cmp.Or(err, context.Canceled)
	case errors.Is(err, context.Canceled):
		return closed // more than an interruption
	}
	return errors.Join(err, closed)
}

// otherCauses is what an error tells besides the interruption, of which each part of a Manager tells for itself.
func otherCauses(err error) (causes string) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if line != context.Canceled.Error() {
			causes += ": " + line
		}
	}
	return causes
}

// closeWithNotice does something that may take long, and says so when it does.
func (a *app) closeWithNotice(do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-time.After(waitNoticeDelay):
		a.notef("waiting until the store has everything; interrupt to give up\n")
		return <-done
	}
}
