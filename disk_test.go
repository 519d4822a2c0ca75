package dictrack_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
	"github.com/dictrack/dictrack/tracker"
)

// disk is what is kept while Managers come and go. Its hooks are set while no Manager is at work.
type disk struct {
	kept *memorystore.Store

	onLoad    func(name string) error
	onCommit  func([]*record.Change) error // before anything is kept
	committed func([]*record.Change) error // after everything is kept
	onDue     func() error
	flushed   func() error // after everything is gone

	loads, commits, lookups atomic.Int64
}

func newDisk() *disk { return &disk{kept: memorystore.New()} }

var errBroken = errors.New("the disk is broken")

// session is a Manager's Store on a disk. Closing it leaves the disk as it is.
type session struct {
	*disk
	closed atomic.Bool
}

// on opens the disk once more.
func (d *disk) on() *session { return &session{disk: d} }

// ready runs a hook of an open session.
func (s *session) ready(hook func() error) error {
	if s.closed.Load() {
		return record.ErrClosed
	}
	if hook == nil {
		return nil
	}
	return hook()
}

func (s *session) Commit(ctx context.Context, changes []*record.Change) error {
	s.commits.Add(1)
	if err := s.ready(func() error { return call(s.onCommit, changes) }); err != nil {
		return err
	}
	if err := s.kept.Commit(ctx, changes); err != nil {
		return err
	}
	return call(s.committed, changes)
}

func call[T any](hook func(T) error, with T) error {
	if hook == nil {
		return nil
	}
	return hook(with)
}

func (s *session) Load(ctx context.Context, name string) (*record.Group, error) {
	s.loads.Add(1)
	if err := s.ready(func() error { return call(s.onLoad, name) }); err != nil {
		return nil, err
	}
	return s.kept.Load(ctx, name)
}

func (s *session) Definitions(ctx context.Context, ids []tracker.ID) ([][]byte, error) {
	if err := s.ready(nil); err != nil {
		return nil, err
	}
	return s.kept.Definitions(ctx, ids)
}

func (s *session) FindMessageID(ctx context.Context, name, id string) (record.MessageID, bool, error) {
	s.lookups.Add(1)
	if err := s.ready(nil); err != nil {
		return record.MessageID{}, false, err
	}
	return s.kept.FindMessageID(ctx, name, id)
}

func (s *session) Due(ctx context.Context, until int64, limit int) ([]record.Due, error) {
	if err := s.ready(s.onDue); err != nil {
		return nil, err
	}
	return s.kept.Due(ctx, until, limit)
}

func (s *session) Groups(ctx context.Context, after string, limit int) ([]string, error) {
	if err := s.ready(nil); err != nil {
		return nil, err
	}
	return s.kept.Groups(ctx, after, limit)
}

func (s *session) DeleteExpiredIDs(ctx context.Context, now int64) error {
	if err := s.ready(nil); err != nil {
		return err
	}
	return s.kept.DeleteExpiredIDs(ctx, now)
}

func (s *session) Flush(ctx context.Context) error {
	if err := s.ready(nil); err != nil {
		return err
	}
	if err := s.kept.Flush(ctx); err != nil || s.flushed == nil {
		return err
	}
	return s.flushed()
}

func (s *session) Close() error {
	s.closed.Store(true)
	return nil
}

var _ store.Store = (*session)(nil)

// once is a hook that fails its first n calls.
func failing[T any](n int64) func(T) error {
	var calls atomic.Int64
	return func(T) error {
		if calls.Add(1) <= n {
			return errBroken
		}
		return nil
	}
}

// TestDiskFails makes sure of the tests that build on it.
func TestDiskFails(t *testing.T) {
	d := newDisk()
	d.onLoad = failing[string](1)
	s := d.on()
	if _, err := s.Load(t.Context(), "g"); !errors.Is(err, errBroken) {
		t.Errorf("first load: %v", err)
	}
	if _, err := s.Load(t.Context(), "g"); err != nil {
		t.Errorf("second load: %v", err)
	}
	_ = s.Close()
	if _, err := s.Load(t.Context(), "g"); !errors.Is(err, record.ErrClosed) {
		t.Errorf("load after close: %v", err)
	}
	if _, err := d.on().Load(t.Context(), "g"); err != nil {
		t.Errorf("load by another session: %v", err)
	}
}
