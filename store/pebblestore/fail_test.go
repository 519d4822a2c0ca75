package pebblestore

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
)

// blockingFS is a file system whose syncs of logs wait, and then fail or not.
type blockingFS struct {
	vfs.FS
	on    atomic.Bool
	reach chan struct{} // gets one for each sync that waits
	free  chan error    // closed: they go on
}

func newBlockingFS(fs vfs.FS) *blockingFS {
	return &blockingFS{FS: fs, reach: make(chan struct{}, 100), free: make(chan error)}
}

func (s *blockingFS) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := s.FS.Create(name, category)
	return blockingFile{f, s, strings.HasSuffix(name, ".log")}, err
}

type blockingFile struct {
	vfs.File
	stuck *blockingFS
	log   bool
}

func (f blockingFile) SyncData() error {
	if f.log && f.stuck.on.Load() {
		f.stuck.reach <- struct{}{}
		if err := <-f.stuck.free; err != nil {
			return err
		}
	}
	return f.File.SyncData()
}

// longContext is longer than anything here takes, and short enough to wait for.
func longContext(tb testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	tb.Cleanup(cancel)
	return ctx
}

func shortContext(tb testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	tb.Cleanup(cancel)
	return ctx
}

// TestCallsEndWithTheirContext: callers go when their context ends, though the disk does not answer; nobody sees what is
// not on disk; and when the disk comes back all goes on.
func TestCallsEndWithTheirContext(t *testing.T) {
	fs := newBlockingFS(vfs.NewMem())
	s := mustOpen(t, "data", smallOptions(fs))
	p, other := newExpectedGroup("player 0", 3), newExpectedGroup("player 1", 3)
	for range 2 {
		if err := errors.Join(p.commit(t.Context(), s), other.commit(t.Context(), s)); err != nil {
			t.Fatal(err)
		}
	}
	fs.on.Store(true)
	if err := p.commit(shortContext(t), s); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("Commit: %v, want DeadlineExceeded", err)
	}
	<-fs.reach
	if _, err := s.Load(shortContext(t), p.group.Name()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Load of a commit that is not on disk: %v, want DeadlineExceeded", err)
	}
	if _, _, err := s.FindMessageID(shortContext(t), p.group.Name(), messageID(3).ID); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Seen of a commit that is not on disk: %v, want DeadlineExceeded", err)
	}
	if err := s.Commit(shortContext(t), []*record.Change{mustRepeat(t, p)}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Commit that comes again, of what is not on disk: %v, want DeadlineExceeded", err)
	}
	if _, err := other.committedRange().check(s); err != nil {
		t.Errorf("another group meanwhile: %v", err)
	}
	close(fs.free)
	p.acked = p.tried
	if _, err := p.committedRange().check(s); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	mustClose(t, s)
}

// TestCancelledInTheQueue: a commit that the committer comes to too late does nothing.
func TestCancelledInTheQueue(t *testing.T) {
	s := mustOpen(t, "data", smallOptions(vfs.NewMem()))
	defer mustClose(t, s)
	busy, release, free := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		free <- s.submitExclusive(context.Background(), func(*committer, *writeBatch) error {
			close(busy)
			<-release
			return nil
		})
	}()
	<-busy
	p := newExpectedGroup("player 0", 3)
	if err := p.commit(shortContext(t), s); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Commit: %v, want DeadlineExceeded", err)
	}
	close(release)
	if err := <-free; err != nil {
		t.Error(err)
	}
	if r, err := s.Load(t.Context(), p.group.Name()); err != nil || r.Version != 0 {
		t.Errorf("the group is there all the same: %+v, %v", r, err)
	}
}

// mustRepeat makes the last change of a player again.
func mustRepeat(t *testing.T, p *expectedGroup) *record.Change {
	t.Helper()
	g := newExpectedGroup("player 0", 3)
	for {
		c, err := g.next()
		if err != nil {
			t.Fatal(err)
		}
		if c.Version == p.tried {
			return c
		}
	}
}

// TestSyncFailureFailsAllCommits: when a sync fails, everybody who waits gets ErrFailed with the cause, and
// OnFatal is called once.
func TestSyncFailureFailsAllCommits(t *testing.T) {
	fs := newBlockingFS(vfs.NewMem())
	o := smallOptions(fs)
	reported := make(chan error, 10)
	o.OnFatal = func(err error) { reported <- err }
	s := mustOpen(t, "data", o)
	fs.on.Store(true)
	var all sync.WaitGroup
	errs := make([]error, 20)
	for i := range errs {
		p := newExpectedGroup("player 0", 1+i)
		all.Go(func() { errs[i] = p.commit(longContext(t), s) })
	}
	<-fs.reach
	cause := errors.New("the disk is broken")
	fs.free <- cause
	all.Wait()
	for _, err := range append(errs, <-reported) {
		if !errors.Is(err, store.ErrFailed) || !errors.Is(err, cause) {
			t.Errorf("error %v, want one that is ErrFailed and tells the cause", err)
		}
	}
	for range 100 {
		if _, err := s.Load(t.Context(), "g"); !errors.Is(err, store.ErrFailed) {
			t.Fatalf("Load afterwards: %v, want ErrFailed", err)
		}
	}
	if err := s.Close(); !errors.Is(err, store.ErrFailed) || !errors.Is(err, cause) {
		t.Errorf("Close: %v, want one that is ErrFailed and tells the cause", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if _, err := s.Load(t.Context(), "g"); !errors.Is(err, record.ErrClosed) {
		t.Errorf("Load after Close: %v, want ErrClosed", err)
	}
	if len(reported) > 0 {
		t.Errorf("OnFatal was called again: %v", <-reported)
	}
	fs.on.Store(false)
	mustClose(t, mustOpen(t, "data", smallOptions(fs)))
}

// TestPebbleFatalErrorFailsStore: when Pebble says that it cannot go on, the store fails, and Pebble does not go on.
func TestPebbleFatalErrorFailsStore(t *testing.T) {
	o := smallOptions(vfs.NewMem())
	var log strings.Builder
	o.Logger = slog.New(slog.NewTextHandler(&log, nil))
	closed := make(chan error)
	var s *Store
	o.OnFatal = func(error) { closed <- s.Close() } // may call the store
	s = mustOpen(t, "data", o)
	p := newExpectedGroup("player 0", 129)
	if err := p.commit(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	returned := make(chan struct{})
	go func() {
		logger{s.breaker}.Fatalf("cannot go on: %d", 7)
		close(returned)
	}()
	if err := <-closed; !errors.Is(err, store.ErrFailed) || !strings.Contains(err.Error(), "cannot go on: 7") {
		t.Errorf("Close: %v, want ErrFailed and the cause", err)
	}
	if !strings.Contains(log.String(), "cannot go on: 7") {
		t.Errorf("the log says nothing of it: %s", log.String())
	}
	if err := reopened(o.FS, []committedRange{p.committedRange()}); err != nil {
		t.Error(err)
	}
	select {
	case <-returned:
		t.Error("Fatalf returned")
	default:
	}
}

// TestNothingIsWrittenAfterAFailure: the directory belongs to the next Store.
func TestNothingIsWrittenAfterAFailure(t *testing.T) {
	f := &fault{at: 1 << 60}
	mem := vfs.NewMem()
	s := mustOpen(t, "data", smallOptions(faultyFS{errorfs.Wrap(mem, f), f}))
	players := []*expectedGroup{newExpectedGroup("player 0", 129), newExpectedGroup("player 1", 40)}
	for range 40 {
		for _, p := range players {
			if err := p.commit(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
	}
	s.breaker.trip(errors.New("enough"))
	if err := s.Close(); !errors.Is(err, store.ErrFailed) {
		t.Fatal(err)
	}
	before := f.count.Load()
	time.Sleep(50 * time.Millisecond) // for flushes and compactions
	if after := f.count.Load(); after != before {
		t.Errorf("%d writes to disk after Close of a failed store", after-before)
	}
}

// TestCloseWaitsForCommits: a commit under way is kept.
func TestCloseWaitsForCommits(t *testing.T) {
	fs := newBlockingFS(vfs.NewMem())
	s := mustOpen(t, "data", smallOptions(fs))
	p := newExpectedGroup("player 0", 3)
	fs.on.Store(true)
	committed, closed := make(chan error, 1), make(chan error, 1)
	go func() { committed <- p.commit(context.Background(), s) }()
	<-fs.reach
	go func() { closed <- s.Close() }()
	select {
	case err := <-closed:
		t.Fatalf("Close returned %v before the commit did", err)
	case <-time.After(20 * time.Millisecond):
	}
	close(fs.free)
	if err := errors.Join(<-committed, <-closed); err != nil {
		t.Fatal(err)
	}
	if err := reopened(fs, []committedRange{p.committedRange()}); err != nil {
		t.Error(err)
	}
}
