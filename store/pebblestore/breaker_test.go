package pebblestore

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"
)

// TestFreezeWaitsForWrites: the directory is given back when the writes under way are done, not before,
// and none begins after the first error.
func TestFreezeWaitsForWrites(t *testing.T) {
	b := newBreaker(Options{}.withDefaults().Logger, nil)
	running, release := make(chan struct{}), make(chan struct{})
	go b.write(func() error {
		close(running)
		<-release
		return nil
	})
	<-running
	go b.write(func() error { return errors.New("no space") })
	<-b.broken
	var begun atomic.Bool
	for range 10 {
		go b.write(func() error {
			begun.Store(true)
			return nil
		})
	}
	select {
	case <-b.blocked:
		t.Error("frozen while a write is under way")
	case <-time.After(20 * time.Millisecond):
	}
	close(release)
	<-b.blocked
	time.Sleep(5 * time.Millisecond)
	if begun.Load() {
		t.Error("a write began after another had failed")
	}
}

// TestFirstErrorCounts: what comes later is a consequence.
func TestFirstErrorCounts(t *testing.T) {
	reported := make(chan error, 2)
	b := newBreaker(Options{}.withDefaults().Logger, func(err error) { reported <- err })
	first := errors.New("first")
	b.trip(first)
	b.trip(errors.New("second"))
	if err := <-reported; !errors.Is(err, first) || !errors.Is(b.tripped(), first) {
		t.Errorf("the cause is %v, reported was %v", b.tripped(), err)
	}
}
