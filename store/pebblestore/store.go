package pebblestore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/dictrack/dictrack/store"
)

// Store is a store.Store in a directory of this machine.
type Store struct {
	dir     string
	db      *pebble.DB
	disk    *disk
	breaker *breaker

	committer *committer
	cache  commitCache

	mu     sync.Mutex // protects closed, and calls from beginning after it is set
	closed bool
	calls  sync.WaitGroup // what uses db
}

var _ store.Store = (*Store)(nil)

// Open opens the store in dir, which it makes if need be: a directory of its own, that nothing else
// writes to. The error is store.ErrInUse when another Store has it open, a *store.FormatError when
// another version of dictrack wrote it, a *store.CorruptError when it is damaged, or says which option
// or directory is wrong. When ctx ends, Open gives up.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	o = o.withDefaults()
	if err := errors.Join(o.validate(), ctx.Err()); err != nil {
		return nil, err
	}
	d := directory{fs: o.FS, path: dir, onDisk: o.FS == nil}
	if d.onDisk {
		d.fs = vfs.Default
	}
	if err := d.prepare(); err != nil {
		return nil, err
	}
	b := newBreaker(o.Logger, o.OnFatal)
	s := &Store{
		dir:     d.path,
		disk:    &disk{FS: d.fs, breaker: b, private: d.onDisk, noSync: o.NoSync},
		breaker: b,
		cache:  commitCache{groups: map[string]*lastCommit{}},
	}
	if err := s.open(ctx, &o); err != nil {
		return nil, err
	}
	return s, nil
}

// open opens the database. When it fails, nothing is left behind.
func (s *Store) open(ctx context.Context, o *Options) error {
	opened := make(chan error, 1)
	go func() {
		err := s.openDB(o)
		if err != nil && s.db != nil {
			err = errors.Join(err, s.db.Close())
		}
		opened <- err
	}()
	select {
	case err := <-opened:
		if err != nil {
			return fmt.Errorf("open store in %s: %w", s.dir, err)
		}
		return nil
	case <-ctx.Done():
		go func() {
			if <-opened == nil {
				_ = s.Close()
			}
		}()
		return fmt.Errorf("open store in %s: %w", s.dir, ctx.Err())
	case <-s.breaker.broken:
		return errors.Join(fmt.Errorf("open store in %s: %w", s.dir, s.breaker.cause), s.releaseDir())
	}
}

func (s *Store) openDB(o *Options) (err error) {
	if s.db, err = pebble.Open(s.dir, o.pebble(s.disk)); err != nil {
		if pebble.IsCorruptionError(err) {
			err = readError("of the database", err)
		}
		return err
	}
	floor, err := readFirstVersion(s.db)
	if err != nil {
		return err
	}
	s.committer = newCommitter(s, floor)
	return nil
}

// enter counts a call that uses db, until calls.Done. The error says why there can be none.
func (s *Store) enter(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return store.ErrClosed
	}
	if err := s.breaker.tripped(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.calls.Add(1)
	return nil
}

// result is what a call gives back.
type result[T any] struct {
	value T
	err   error
}

// do runs f, on a goroutine of its own: the caller goes when ctx ends or the store fails, even if f
// is stuck in Pebble.
func do[T any](ctx context.Context, s *Store, f func() (T, error)) (T, error) {
	if err := s.enter(ctx); err != nil {
		var none T
		return none, err
	}
	done := make(chan result[T], 1)
	go func() {
		defer s.calls.Done()
		value, err := f()
		done <- result[T]{value, err}
	}()
	return await(ctx, s, done)
}

func await[T any](ctx context.Context, s *Store, done <-chan result[T]) (none T, _ error) {
	select {
	case a := <-done:
		return a.value, a.err
	case <-ctx.Done():
		return none, ctx.Err()
	case <-s.breaker.broken:
		return none, s.breaker.cause
	}
}

// Close waits for the calls under way and closes the database. That of a store that failed returns why:
// then the directory can be opened again, unless the error says otherwise.
func (s *Store) Close() error {
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	s.mu.Unlock()
	if !first {
		return nil
	}
	done := make(chan error, 1)
	go func() {
		s.calls.Wait()
		s.committer.stop()
		done <- s.db.Close()
	}()
	select {
	case err := <-done:
		if err != nil {
			return fmt.Errorf("close store in %s: %w", s.dir, err)
		}
		return nil
	case <-s.breaker.broken:
		return errors.Join(s.breaker.cause, s.releaseDir())
	}
}

// stuckWriteTimeout is how long a failed store waits for writes that are stuck in the operating system.
const stuckWriteTimeout = 5 * time.Second

// releaseDir gives the directory of a failed store back, as soon as nothing writes to it any more.
func (s *Store) releaseDir() error {
	select {
	case <-s.breaker.blocked:
	case <-time.After(stuckWriteTimeout):
		return fmt.Errorf("%s stays locked until the process ends: a write to it does not return", s.dir)
	}
	if s.disk.lock == nil {
		return nil
	}
	return s.disk.lock.Close()
}

// readError names the record when err says that Pebble found its data damaged.
func readError(record string, err error) error {
	if pebble.IsCorruptionError(err) {
		return &store.CorruptError{Record: record, Reason: err.Error()}
	}
	return fmt.Errorf("read %s: %w", record, err)
}
