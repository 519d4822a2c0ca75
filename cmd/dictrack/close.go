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

// patience is how long nothing is said while the state is closed.
const patience = time.Second

// close closes the Manager after err was its last result. A cache that is ahead of the store brings there what it has;
// an interruption gives up waiting for that.
func (a *app) close(m *dictrack.Manager, err error) error {
	waiting, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	closed := a.await(func() error { return m.Close(waiting) })
	switch {
	case closed == nil:
		return err
	case waiting.Err() != nil:
		a.complain("gave up before the store had everything"+whatBesides(closed), "")
		return cmp.Or(err, context.Canceled)
	case errors.Is(err, context.Canceled):
		return closed // more than an interruption
	}
	return errors.Join(err, closed)
}

// whatBesides is what an error tells besides the interruption, of which each part of a Manager tells for itself.
func whatBesides(err error) (told string) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if line != context.Canceled.Error() {
			told += ": " + line
		}
	}
	return told
}

// await does something that may take long, and says so when it does.
func (a *app) await(do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		a.say("waiting until the store has everything; interrupt to give up\n")
		return <-done
	}
}
