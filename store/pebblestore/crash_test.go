package pebblestore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/dictrack/dictrack/record"
)

// crashes is how often the power fails in a usual run; DICTRACK_SOAK, a duration, says how long to go on.
const crashes = 300

// soak calls f with new seeds, n of them or as long as DICTRACK_SOAK says.
func soak(t *testing.T, n int, f func(seed uint64)) {
	t.Helper()
	length, err := time.ParseDuration(os.Getenv("DICTRACK_SOAK"))
	first, end := uint64(0), time.Now()
	if err == nil && length > 0 {
		first, end = uint64(time.Now().UnixNano()), end.Add(length)
		t.Logf("seeds from %d", first)
	}
	for i := 0; !t.Failed() && (i*share < n || time.Now().Before(end)); i++ {
		f(first + uint64(i))
	}
}

// TestPowerLoss lets the power fail while many commit. Whatever the disk kept of what was not synced:
// every acknowledged commit is there, and any other is there as a whole or not at all.
func TestPowerLoss(t *testing.T) {
	const clones = 30
	soak(t, crashes/clones, func(seed uint64) {
		r := rand.New(rand.NewPCG(seed, 1))
		mem := vfs.NewCrashableMem()
		c := startWorkload(t, mem, seed)
		for range clones {
			time.Sleep(time.Duration(r.IntN(2000)) * time.Microsecond)
			before := c.committedRanges()
			clone := mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: r.IntN(5) * 25, RNG: rand.New(rand.NewPCG(seed, r.Uint64()))})
			after := c.committedRanges()
			for i := range before {
				before[i].tried = after[i].tried
			}
			if err := reopened(clone, before); err != nil {
				t.Errorf("seed %d: %v", seed, err)
				break
			}
		}
		c.stop()
	})
}

// randomSizes options make logs of one block or of many.
func randomSizes(fs vfs.FS, seed uint64) Options {
	o := smallOptions(fs)
	if seed%2 == 0 {
		o.MemTableBytes = 1 << 20
	}
	return o
}

// workload is goroutines that commit to a group each, until they are stopped.
type workload struct {
	*testing.T
	store   *Store
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
	mu      sync.Mutex // protects latest
	latest  []committedRange
}

func startWorkload(t *testing.T, fs vfs.FS, seed uint64) *workload {
	t.Helper()
	c := &workload{T: t, store: mustOpen(t, "data", randomSizes(fs, seed)), latest: make([]committedRange, 8)}
	c.ctx, c.cancel = context.WithCancel(t.Context())
	for i := range c.latest {
		p := newExpectedGroup(fmt.Sprintf("player %d", i), []int{1, 3, 128, 129, 300}[(i+int(seed%5))%5])
		c.latest[i] = p.committedRange()
		c.running.Go(func() { c.run(i, p) })
	}
	return c
}

func (c *workload) run(i int, p *expectedGroup) {
	for c.ctx.Err() == nil {
		change, err := p.next()
		c.record(i, p)
		if err == nil {
			err = c.store.Commit(context.Background(), []*record.Change{change})
		}
		if err != nil {
			c.Errorf("%s: %v", p.group.Name(), err)
			return
		}
		p.acked = change.Version
		c.record(i, p)
	}
}

func (c *workload) record(i int, p *expectedGroup) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.latest[i] = p.committedRange()
}

func (c *workload) committedRanges() []committedRange {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]committedRange(nil), c.latest...)
}

func (c *workload) stop() {
	c.Helper()
	c.cancel()
	c.running.Wait()
	mustClose(c, c.store)
}

// TestPowerLossNoSync: without syncs a loss of power takes the last commits, in their order. Where the
// disk kept later blocks and lost earlier ones the store may refuse to open, but never shows a gap.
func TestPowerLossNoSync(t *testing.T) {
	refused, opened := 0, 0
	soak(t, crashes/4, func(seed uint64) {
		r := rand.New(rand.NewPCG(seed, 2))
		mem := vfs.NewCrashableMem()
		o := randomSizes(mem, seed)
		o.NoSync = true
		s := mustOpen(t, "data", o)
		a, b := newExpectedGroup("player 0", 3), newExpectedGroup("player 1", 128)
		for range r.IntN(300) {
			if err := errors.Join(a.commit(t.Context(), s), b.commit(t.Context(), s)); err != nil {
				t.Fatal(err)
			}
		}
		percent := r.IntN(5) * 25
		clone := mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: r})
		mustClose(t, s)
		again, err := Open(t.Context(), "data", Options{FS: clone})
		if _, damaged := errors.AsType[*record.CorruptError](err); damaged && percent > 0 && percent < 100 {
			refused++
			return
		}
		if err != nil {
			t.Fatalf("seed %d, %d %%: %v", seed, percent, err)
		}
		opened++
		defer mustClose(t, again)
		if percent < 100 {
			a.acked, b.acked = 0, 0
		}
		va, err := a.committedRange().check(again)
		vb, err2 := b.committedRange().check(again)
		if err := errors.Join(err, err2); err != nil || va != vb && va != vb+1 {
			t.Errorf("seed %d, %d %%: versions %d and %d of commits in turn: %v", seed, percent, va, vb, err)
		}
	})
	if opened < refused {
		t.Errorf("%d times the store did not open again, %d times it did", refused, opened)
	}
}

// TestPowerLossAtFlush: a Flush happened, or it did not.
func TestPowerLossAtFlush(t *testing.T) {
	soak(t, 20, func(seed uint64) {
		r := rand.New(rand.NewPCG(seed, 3))
		mem := vfs.NewCrashableMem()
		s := mustOpen(t, "data", smallOptions(mem))
		p := newExpectedGroup("player 0", 129)
		for range 20 {
			if err := p.commit(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		done := make(chan error)
		go func() { done <- s.Flush(context.Background()) }()
		time.Sleep(time.Duration(r.IntN(300)) * time.Microsecond)
		clone := mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: r.IntN(3) * 50, RNG: r})
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if err := reopened(clone, []committedRange{p.committedRange()}); err != nil {
			if err2 := isFlushed(clone, p); err2 != nil {
				t.Errorf("seed %d: neither as before: %v, nor flushed: %v", seed, err, err2)
			}
		}
		mustClose(t, s)
	})
}

func isFlushed(fs vfs.FS, p *expectedGroup) error {
	s, err := Open(context.Background(), "data", Options{FS: fs})
	if err != nil {
		return err
	}
	defer s.Close()
	r, err := s.Load(context.Background(), p.group.Name())
	if err != nil {
		return err
	}
	if len(r.Layout) > 0 || r.Version <= p.acked {
		return fmt.Errorf("the group has %d trackers and version %d", len(r.Layout), r.Version)
	}
	return nil
}

// powerLoss lets the power fail before one write to disk.
type powerLoss struct {
	mem     *vfs.MemFS
	at      int64 // which write
	percent int   // of what is not synced that is kept
	count   atomic.Int64
	after   *vfs.MemFS // the disk as it is found again
}

func (o *powerLoss) String() string { return fmt.Sprintf("write %d, %d %%", o.at, o.percent) }

// MaybeError implements errorfs.Injector.
func (o *powerLoss) MaybeError(op errorfs.Op) error {
	if op.Kind.ReadOrWrite() == errorfs.OpIsWrite && o.count.Add(1) == o.at {
		o.after = o.mem.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: o.percent, RNG: rand.New(rand.NewPCG(1, uint64(o.at)))})
	}
	return nil
}

// TestPowerLossAtOpen lets the power fail before each write of an Open and of a first commit, in a new
// directory and in one with a store: it opens again, with the commit if there was an answer.
func TestPowerLossAtOpen(t *testing.T) {
	for _, before := range []int{0, 50} {
		for at, opening := int64(1), true; opening && !t.Failed(); at += share {
			for _, percent := range []int{0, 50, 50, 100} {
				opening = powerLossAtOpen(t, before, &powerLoss{mem: vfs.NewCrashableMem(), at: at, percent: percent})
			}
		}
	}
}

// powerLossAtOpen has a store with so many commits, if any. It tells whether the power failed before Open
// was through.
func powerLossAtOpen(t *testing.T, before int, o *powerLoss) (opening bool) {
	t.Helper()
	const dir = "new/deep/data"
	p := newExpectedGroup("player 0", 129)
	commit := func(s *Store) {
		t.Helper()
		if err := p.commit(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if before > 0 {
		s := mustOpen(t, dir, smallOptions(o.mem))
		for range before {
			commit(s)
		}
		mustClose(t, s)
	}
	f := p.committedRange()
	s := mustOpen(t, dir, smallOptions(errorfs.Wrap(o.mem, o)))
	opening = o.count.Load() >= o.at
	commit(s)
	f.tried = p.tried
	if !opening {
		f, o.after = p.committedRange(), o.mem.CrashClone(vfs.CrashCloneCfg{})
	}
	mustClose(t, s)
	again, err := Open(t.Context(), dir, smallOptions(o.after))
	if err != nil {
		t.Errorf("%d commits, %v: %v", before, o, err)
		return opening
	}
	defer mustClose(t, again)
	if _, err := f.check(again); err != nil {
		t.Errorf("%d commits, %v: %v", before, o, err)
	}
	return opening
}
