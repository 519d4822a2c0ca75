// Package faultstore is a store for tests that fails on demand. It stands in front of a real store.Store: hooks run
// before and after its operations, and can wait, look at the arguments, or return an error. An error before an operation
// prevents it; an error after it hides that it took effect, as a lost reply does.
//
// A Store outlives the Managers that use it, as a disk outlives processes: each one opens a Session, and closing that
// leaves the data as it is.
package faultstore

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
	"github.com/dictrack/dictrack/tracker"
)

// ErrInjected is the error of FailFirst.
var ErrInjected = errors.New("injected fault")

// Hook is a function that a test may set at any time. The zero Hook does nothing.
type Hook[T any] struct{ f atomic.Pointer[func(T) error] }

// Set sets the function, which runs on the goroutine of the operation, with no lock held.
func (h *Hook[T]) Set(f func(T) error) { h.f.Store(&f) }

// Clear removes the function.
func (h *Hook[T]) Clear() { h.f.Store(nil) }

func (h *Hook[T]) run(argument T) error {
	if f := h.f.Load(); f != nil {
		return (*f)(argument)
	}
	return nil
}

// FailFirst returns a function for a Hook that fails n times with ErrInjected, and then succeeds.
func FailFirst[T any](n int64) func(T) error {
	var calls atomic.Int64
	return func(T) error {
		if calls.Add(1) <= n {
			return ErrInjected
		}
		return nil
	}
}

// Store is what the sessions share. Its methods may be called from any goroutine.
type Store struct {
	// Data is the store behind the faults.
	Data store.Store

	BeforeLoad   Hook[string]           // name of the group
	BeforeLookup Hook[string]           // message id
	BeforeCommit Hook[[]*record.Change] // its error prevents the commit
	AfterCommit  Hook[[]*record.Change] // its error hides that the commit took effect
	BeforeDue    Hook[struct{}]
	BeforeFlush  Hook[struct{}]
	AfterFlush   Hook[struct{}]

	// How often each operation was called.
	Loads, Lookups, Commits atomic.Int64

	mu      sync.Mutex // protects all below
	largest int
}

// New returns an empty store in memory without faults.
func New() *Store { return &Store{Data: memorystore.New()} }

// ClearHooks removes the functions of all hooks.
func (s *Store) ClearHooks() {
	s.BeforeLoad.Clear()
	s.BeforeLookup.Clear()
	s.BeforeCommit.Clear()
	s.AfterCommit.Clear()
	s.BeforeDue.Clear()
	s.BeforeFlush.Clear()
	s.AfterFlush.Clear()
}

// LargestCommit is the number of changes in the largest commit so far.
func (s *Store) LargestCommit() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.largest
}

// Open opens a session.
func (s *Store) Open() *Session { return &Session{Store: s} }

// Session is a store.Store on the data of a Store.
type Session struct {
	*Store
	closed atomic.Bool
}

var _ store.Store = (*Session)(nil)

// begin runs a hook, unless the session is closed.
func begin[T any](s *Session, hook *Hook[T], argument T) error {
	if err := s.err(); err != nil {
		return err
	}
	return hook.run(argument)
}

func (s *Session) err() error {
	if s.closed.Load() {
		return record.ErrClosed
	}
	return nil
}

// Commit implements store.Store.
func (s *Session) Commit(ctx context.Context, changes []*record.Change) error {
	s.Commits.Add(1)
	s.mu.Lock()
	s.largest = max(s.largest, len(changes))
	s.mu.Unlock()
	if err := begin(s, &s.BeforeCommit, changes); err != nil {
		return err
	}
	if err := s.Data.Commit(ctx, changes); err != nil {
		return err
	}
	return s.AfterCommit.run(changes)
}

// Load implements store.Store.
func (s *Session) Load(ctx context.Context, name string) (*record.Group, error) {
	s.Loads.Add(1)
	if err := begin(s, &s.BeforeLoad, name); err != nil {
		return nil, err
	}
	return s.Data.Load(ctx, name)
}

// Definitions implements store.Store.
func (s *Session) Definitions(ctx context.Context, ids []tracker.ID) ([][]byte, error) {
	if err := s.err(); err != nil {
		return nil, err
	}
	return s.Data.Definitions(ctx, ids)
}

// FindMessageID implements store.Store.
func (s *Session) FindMessageID(ctx context.Context, name, id string) (record.MessageID, bool, error) {
	s.Lookups.Add(1)
	if err := begin(s, &s.BeforeLookup, id); err != nil {
		return record.MessageID{}, false, err
	}
	return s.Data.FindMessageID(ctx, name, id)
}

// Due implements store.Store.
func (s *Session) Due(ctx context.Context, until int64, limit int) ([]record.Due, error) {
	if err := begin(s, &s.BeforeDue, struct{}{}); err != nil {
		return nil, err
	}
	return s.Data.Due(ctx, until, limit)
}

// Groups implements store.Store.
func (s *Session) Groups(ctx context.Context, after string, limit int) ([]string, error) {
	if err := s.err(); err != nil {
		return nil, err
	}
	return s.Data.Groups(ctx, after, limit)
}

// DeleteExpiredIDs implements store.Store.
func (s *Session) DeleteExpiredIDs(ctx context.Context, now int64) error {
	if err := s.err(); err != nil {
		return err
	}
	return s.Data.DeleteExpiredIDs(ctx, now)
}

// Flush implements store.Store.
func (s *Session) Flush(ctx context.Context) error {
	if err := begin(s, &s.BeforeFlush, struct{}{}); err != nil {
		return err
	}
	if err := s.Data.Flush(ctx); err != nil {
		return err
	}
	return s.AfterFlush.run(struct{}{})
}

// Close implements store.Store. The data stays.
func (s *Session) Close() error {
	s.closed.Store(true)
	return nil
}
