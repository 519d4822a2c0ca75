package pebblestore

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
)

// fault makes one write to disk fail.
type fault struct {
	at    int64 // which
	count atomic.Int64
	op    atomic.Pointer[errorfs.Op] // the one that failed
}

func (f *fault) String() string { return fmt.Sprintf("write %d", f.at) }

// MaybeError implements errorfs.Injector.
func (f *fault) MaybeError(op errorfs.Op) error {
	if op.Kind.ReadOrWrite() != errorfs.OpIsWrite || f.count.Add(1) != f.at {
		return nil
	}
	f.op.Store(&op)
	return errorfs.ErrInjected
}

// faultyFS is a file system with a fault. It adds to errorfs that files fail when they are closed, and
// that logs which are used again fail too.
type faultyFS struct {
	*errorfs.FS
	fault *fault
}

func (f faultyFS) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return f.wrap(name)(f.FS.Create(name, category))
}

func (f faultyFS) ReuseForWrite(oldname, newname string, category vfs.DiskWriteCategory) (vfs.File, error) {
	if err := f.FS.Rename(oldname, newname); err != nil {
		return nil, err
	}
	return f.wrap(newname)(f.FS.OpenReadWrite(newname, category))
}

func (f faultyFS) wrap(name string) func(vfs.File, error) (vfs.File, error) {
	return func(file vfs.File, err error) (vfs.File, error) {
		if err != nil {
			return nil, err
		}
		return faultyFile{file, name, f.fault}, nil
	}
}

type faultyFile struct {
	vfs.File
	name  string
	fault *fault
}

func (f faultyFile) Close() error {
	return errors.Join(f.fault.MaybeError(errorfs.Op{Kind: errorfs.OpFileClose, Path: f.name}), f.File.Close())
}

// harmless are writes that may fail: what is removed is not wanted, and space is only reserved.
func (f *fault) harmless() bool {
	op := f.op.Load()
	if op == nil {
		return true
	}
	switch op.Kind {
	case errorfs.OpRemove, errorfs.OpRemoveAll, errorfs.OpFilePreallocate:
		return true
	}
	return false
}

// TestEveryWriteFails lets every single write to disk fail, one a run, in work that does all a store
// does. Then the call returns an error or the store has failed, nothing that was acknowledged is lost, and
// nothing is torn: neither when the directory is opened again at once, nor after a loss of power.
func TestEveryWriteFails(t *testing.T) {
	for _, noSync := range []bool{false, true} {
		t.Run(fmt.Sprintf("NoSync=%v", noSync), func(t *testing.T) {
			for at := int64(1); ; at += share {
				if f := failing(t, at, noSync); f.op.Load() == nil || t.Failed() {
					t.Logf("%d writes", at-1)
					return
				}
			}
		})
	}
}

func failing(t *testing.T, at int64, noSync bool) *fault {
	t.Helper()
	f := &fault{at: at}
	mem := vfs.NewCrashableMem()
	o := smallOptions(faultyFS{errorfs.Wrap(mem, f), f})
	o.NoSync = noSync
	players := []*expectedGroup{newExpectedGroup("player 0", 1), newExpectedGroup("player 1", 129), newExpectedGroup("player 2", 40)}
	err := useStore(o, players)
	fates := make([]committedRange, len(players))
	for i, p := range players {
		fates[i] = p.committedRange()
	}
	if err == nil && !f.harmless() {
		t.Errorf("write %d (%+v) failed, and no call returned an error", at, *f.op.Load())
	}
	if err != nil && !errors.Is(err, errorfs.ErrInjected) {
		t.Errorf("write %d: the error does not tell the cause: %v", at, err)
	}
	if at%2 == 0 && !noSync {
		mem = mem.CrashClone(vfs.CrashCloneCfg{})
	}
	if err := reopened(mem, fates); err != nil {
		t.Errorf("write %d (%+v): %v", at, f.op.Load(), err)
	}
	return f
}

// useStore opens a store twice, uses it in every way and closes it. It ends with the first error.
func useStore(o Options, players []*expectedGroup) error {
	for range 2 {
		s, err := Open(context.Background(), "data", o)
		if err != nil {
			return err
		}
		if err := useAllMethods(s, players); err != nil {
			return errors.Join(err, stillFailed(s), closeFailed(s))
		}
		if err := s.Close(); err != nil {
			return wantFailed("Close", err)
		}
	}
	return nil
}

func useAllMethods(s *Store, players []*expectedGroup) (err error) {
	ctx := context.Background()
	if players[0].acked == 0 {
		if err := s.Flush(ctx); err != nil { // of nothing, since the oracle counts from 0
			return wantFailed("Flush", err)
		}
	}
	for round := range 35 {
		for _, p := range players {
			if err := p.commit(ctx, s); err != nil {
				return wantFailed("Commit", err)
			}
		}
		if round%10 == 9 {
			if err := s.DeleteExpiredIDs(ctx, now); err != nil { // of nothing, since the oracle looks for all
				return wantFailed("Forget", err)
			}
		}
	}
	return nil
}

// wantFailed complains about an error that is not ErrFailed.
func wantFailed(call string, err error) error {
	if errors.Is(err, store.ErrFailed) {
		return err
	}
	return fmt.Errorf("%s: want an error that is ErrFailed, not %v", call, err)
}

// stillFailed wants every call to a failed store to say so.
func stillFailed(s *Store) error {
	ctx := context.Background()
	_, c := newGroupQuietly("too late")
	if err := s.Commit(ctx, []*record.Change{c}); !errors.Is(err, store.ErrFailed) {
		return fmt.Errorf("Commit in a failed store: %v", err)
	}
	if _, err := s.Load(ctx, "too late"); !errors.Is(err, store.ErrFailed) {
		return fmt.Errorf("Load in a failed store: %v", err)
	}
	return nil
}

func closeFailed(s *Store) error {
	if err := s.Close(); !errors.Is(err, store.ErrFailed) {
		return fmt.Errorf("Close of a failed store: %v", err)
	}
	return nil
}
