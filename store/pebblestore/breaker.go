package pebblestore

import (
	"fmt"
	"log/slog"
	"sync"

	"github.com/dictrack/dictrack/store"
)

// breaker is a circuit breaker: the first write that fails stops all further writes to disk, and fails all
// calls. The package comment says why.
type breaker struct {
	log     *slog.Logger
	onFatal func(error) // nil for none

	once   sync.Once
	broken chan struct{} // closed when tripped
	cause  error         // set before broken is closed; wraps store.ErrFailed

	// gate is held by every write to disk while it runs, and for good by freeze.
	gate    sync.RWMutex
	blocked chan struct{} // closed when no write runs and none ever will
}

func newBreaker(log *slog.Logger, onFatal func(error)) *breaker {
	return &breaker{log: log, onFatal: onFatal, broken: make(chan struct{}), blocked: make(chan struct{})}
}

// trip fails the store. It does not block.
func (b *breaker) trip(err error) {
	b.once.Do(func() {
		b.cause = fmt.Errorf("%w: %w", store.ErrFailed, err)
		close(b.broken)
		b.log.Error("the store failed", "error", err)
		go b.block()
		if b.onFatal != nil {
			go b.onFatal(b.cause)
		}
	})
}

// block waits for the writes under way and lets no other begin.
func (b *breaker) block() {
	b.gate.Lock()
	close(b.blocked)
}

// tripped returns why the store failed; nil while it works.
func (b *breaker) tripped() error {
	select {
	case <-b.broken:
		return b.cause
	default:
		return nil
	}
}

// write runs one write to disk. It returns only if that succeeds: otherwise the goroutine hangs for ever,
// with the locks it holds.
func (b *breaker) write(op func() error) {
	b.gate.RLock()
	if b.tripped() == nil {
		err := op()
		if err == nil {
			b.gate.RUnlock()
			return
		}
		b.trip(err)
	}
	b.gate.RUnlock()
	b.hang()
}

// hang never returns.
func (b *breaker) hang() { select {} }
