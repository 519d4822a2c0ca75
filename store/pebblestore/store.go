package pebblestore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/dictrack/dictrack/internal/gate"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
)

// Store is a store.Store in a directory of this machine.
type Store struct {
	dir     string
	db      *pebble.DB
	disk    *disk
	breaker *breaker

	committer *committer
	cache     commitCache
	calls     gate.Gate // what uses db; closed by Close
}

var _ store.Store = (*Store)(nil)

// Open opens the store in dir, which is created if it does not exist. Nothing else may write to that directory. The
// error is store.ErrInUse when another Store has it open, a *record.FormatError when another version of dictrack wrote
// it, a *record.CorruptError when it is damaged, or a *field.Error for each option that is invalid. When ctx ends, Open
// gives up.
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
		cache:   commitCache{groups: map[string]*lastCommit{}},
	}
	if err := s.open(ctx, &o); err != nil {
		return nil, err
	}
	return s, nil
}

// open opens the database. When it fails, it releases everything.
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
	first, err := readFirstVersion(s.db)
	if err != nil {
		return err
	}
	s.committer = &committer{db: s.db, breaker: s.breaker, cache: &s.cache, calls: &s.calls, firstVersion: first}
	s.committer.start()
	return nil
}

// enter counts a call that uses db, until calls.Leave. The error says why it cannot be made.
func (s *Store) enter(ctx context.Context) error {
	if err := s.calls.Enter(1); err != nil {
		return err
	}
	err := s.breaker.tripped()
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		s.calls.Leave()
	}
	return err
}

// result is what a call returns.
type result[T any] struct {
	value T
	err   error
}

// do runs f on a goroutine of its own, and returns as soon as ctx ends or the store fails, even if f is stuck in Pebble.
func do[T any](ctx context.Context, s *Store, f func() (T, error)) (none T, _ error) {
	if err := s.enter(ctx); err != nil {
		return none, err
	}
	done := make(chan result[T], 1)
	go func() {
		defer s.calls.Leave()
		value, err := f()
		done <- result[T]{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return none, ctx.Err()
	case <-s.breaker.broken:
		return none, s.breaker.cause
	}
}

// Close waits for the calls under way and closes the database. If the store has failed it returns why; the directory
// can be opened again, unless the error says otherwise.
func (s *Store) Close() error {
	if !s.calls.Close(record.ErrClosed) {
		return nil
	}
	done := make(chan error, 1)
	go func() {
		_ = s.calls.Wait(context.Background()) // which does not end
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

// releaseDir unlocks the directory of a failed store as soon as nothing writes to it any more.
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
