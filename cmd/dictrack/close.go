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

// waitNoticeDelay is how long closing may take before a notice is printed.
const waitNoticeDelay = time.Second

// close closes the Manager and returns err, the result of the command, with the error of closing. A write-behind cache
// writes to the store what it still has; an interruption gives up waiting for that.
func (a *app) close(m *dictrack.Manager, err error) error {
	waiting, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	closed := a.closeWithNotice(func() error { return m.Close(waiting) })
	switch {
	case closed == nil:
		return err
	case waiting.Err() != nil:
		a.printError("gave up before all changes were in the store"+otherCauses(closed), "")
		return cmp.Or(err, context.Canceled)
	case errors.Is(err, context.Canceled):
		return closed // there is another error than the interruption
	}
	return errors.Join(err, closed)
}

// otherCauses returns the lines of an error that say more than that it was interrupted, each after a colon.
func otherCauses(err error) (causes string) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if line != context.Canceled.Error() {
			causes += ": " + line
		}
	}
	return causes
}

// closeWithNotice calls closeState, and prints a notice when that takes long.
func (a *app) closeWithNotice(closeState func() error) error {
	done := make(chan error, 1)
	go func() { done <- closeState() }()
	select {
	case err := <-done:
		return err
	case <-time.After(waitNoticeDelay):
		a.notef("writing the last changes to the store; interrupt to give up\n")
		return <-done
	}
}
