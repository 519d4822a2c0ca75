package cachetest

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/dictrack/dictrack/cache"
)

// suite is the tests of one adapter.
type suite struct {
	open     func() cache.Cache
	features Features
	deadline time.Time // zero for none
	skipped  []string  // tests that would have begun later
}

// env is a cache under test, and what its calls share.
type env struct {
	*testing.T
	cache       cache.Cache
	store       *faultyStore // the backing; nil: the cache keeps its groups itself
	writeBehind bool         // of the backing
	invariants  invariants
}

// withStore makes an env whose groups come from a store.
func (s *suite) withStore(t *testing.T) *env {
	d := newFaultyStore()
	s.skipIfLate(t)
	if s.features.Backing != nil {
		d.inner = s.features.Backing(t)
	}
	return s.start(t, d)
}

// withoutStore makes an env whose cache has the only copy of its groups.
func (s *suite) withoutStore(t *testing.T) *env {
	s.skipIfLate(t)
	return s.start(t, nil)
}

// skipIfLate skips a test for which there is no time.
func (s *suite) skipIfLate(t *testing.T) {
	t.Helper()
	if !s.deadline.IsZero() && time.Now().After(s.deadline) {
		s.skipped = append(s.skipped, t.Name())
		t.Skip("no time left")
	}
}

func (s *suite) start(t *testing.T, d *faultyStore) *env {
	return s.startOn(t, s.open(), d)
}

// startOn makes an env of a cache.
func (s *suite) startOn(t *testing.T, c cache.Cache, d *faultyStore) *env {
	e := &env{T: t, cache: c, store: d, writeBehind: s.features.WriteBehind}
	t.Cleanup(e.close)
	if d == nil {
		start(t, e.cache, nil)
	} else {
		start(t, e.cache, d)
	}
	return e
}

// runUnlessWriteBehind runs a test where calls are done when the backing store has their changes.
func (s *suite) runUnlessWriteBehind(t *testing.T, name string, test func(*testing.T)) {
	if !s.features.WriteBehind {
		t.Run(name, test)
	}
}

// start makes a cache ready.
func start(tb testing.TB, c cache.Cache, b cache.BackingStore) {
	tb.Helper()
	h := cache.Deps{BackingStore: b, Definitions: parser{}, Logger: slog.New(slog.DiscardHandler)}
	if err := c.Start(context.Background(), h); err != nil {
		tb.Fatalf("Start: %v", err)
	}
}

// withAndWithoutStore runs a test with a Backing, and without one where the cache can do without.
func (s *suite) withAndWithoutStore(t *testing.T, test func(e *env)) {
	t.Run("with a store", func(t *testing.T) { test(s.withStore(t)) })
	if s.features.MemoryOnly {
		t.Run("without a store", func(t *testing.T) { test(s.withoutStore(t)) })
	}
}

// sync brings everything to the disk.
func (e *env) sync() {
	e.Helper()
	if e.writeBehind && e.store != nil {
		if err := e.cache.(cache.WriteBehind).Sync(context.Background()); err != nil {
			e.Fatalf("Sync: %v", err)
		}
	}
}

// close ends the cache when its test is over.
func (e *env) close() {
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	defer cancel()
	if err := e.cache.Close(ctx); err != nil {
		e.Errorf("close: %v", err)
	}
	e.invariants.report(e.T)
	if e.store != nil {
		e.store.report(e.T)
	}
}

// testTimeout is how long a test waits for what should happen at once.
const testTimeout = 20 * time.Second

// await waits for something to happen, and fails the test when it does not.
func (e *env) await(what string, happened <-chan struct{}) {
	e.Helper()
	select {
	case <-happened:
	case <-time.After(testTimeout):
		e.Fatalf("%s: still waiting after %v", what, testTimeout)
	}
}

// async runs something in a goroutine; the channel is closed when it is over.
func async(run func()) <-chan struct{} {
	over := make(chan struct{})
	go func() {
		defer close(over)
		run()
	}()
	return over
}

// flush flushes the cache and the store behind it.
func (e *env) flush() {
	e.Helper()
	err := e.cache.Flush(context.Background(), func() error {
		if e.store != nil {
			e.store.truncate()
		}
		return nil
	})
	if err != nil {
		e.Fatalf("Flush: %v", err)
	}
}
