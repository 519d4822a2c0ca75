// Package prove tries to break the promises of dictrack.
package prove

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/prove/disk"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/store/memorystore"
	"github.com/dictrack/dictrack/tracker"
)

// Every test in this file is a mistake that the programme, or reading the code for it, once found.

// data is what a tracker without conditions counts.
var data = map[string]any{}

func open(t *testing.T, o dictrack.Options) *dictrack.Manager {
	t.Helper()
	o.ManualSweep = true
	m, err := dictrack.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func add(t *testing.T, m *dictrack.Manager, group string, specs ...tracker.Spec) {
	t.Helper()
	if err := m.Add(t.Context(), group, specs...); err != nil {
		t.Fatal(err)
	}
}

func track(t *testing.T, m *dictrack.Manager, group string, options ...dictrack.TrackOption) dictrack.Result {
	t.Helper()
	res, err := m.Track(t.Context(), group, data, options...)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func shut(t *testing.T, m *dictrack.Manager) {
	t.Helper()
	if err := m.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// sound fails the test when the engine broke the contract of the store.
func sound(t *testing.T, d *disk.Disk) {
	t.Helper()
	for _, breach := range d.Breaches() {
		t.Error(breach)
	}
}

// A call that is given up while it waits behind another has not happened, and the mailbox goes on.
func TestCancelWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		d := disk.New()
		m := open(t, dictrack.Options{Store: d.Open(func(step, _ string) disk.Verdict {
			if step == disk.StepCommit {
				<-release
			}
			return disk.Proceed
		})})
		ctx, cancel := context.WithCancel(t.Context())
		var first, second error
		var calls sync.WaitGroup
		calls.Go(func() { _, first = m.Track(t.Context(), "g", data, dictrack.ID("first")) })
		synctest.Wait()
		calls.Go(func() { _, second = m.Track(ctx, "g", data, dictrack.ID("second")) })
		synctest.Wait()
		cancel()
		synctest.Wait()
		close(release)
		calls.Wait()
		if first != nil || !errors.Is(second, context.Canceled) || errors.Is(second, dictrack.ErrUnknown) {
			t.Errorf("the first: %v; the second, cancelled while it waited: %v", first, second)
		}
		if res := track(t, m, "g", dictrack.ID("second")); res.Duplicate {
			t.Error("the cancelled call has happened")
		}
		shut(t, m)
		sound(t, d)
	})
}

// Due times that a renewed window has left behind must not keep the sweeper busy for ever, and others waiting.
func TestSweepEndsWithManyRenewedWindows(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	d := disk.New()
	m := open(t, dictrack.Options{Store: d.Open(nil), Clock: func() time.Time { return now }})
	defer shut(t, m)
	window := dictrack.Limit(limiter.For(100 * time.Second))
	if err := m.SetTemplate("all", dictrack.Count("t", dictrack.Targets(2, 1000), window)); err != nil {
		t.Fatal(err)
	}
	inputs := make([]dictrack.Input, 10_001) // more than one look at what is due
	for i := range inputs {
		inputs[i] = dictrack.Input{Group: fmt.Sprint("g", i), Data: data}
	}
	m.TrackBatch(t.Context(), inputs)
	now = now.Add(50 * time.Second)
	m.TrackBatch(t.Context(), inputs) // ends the first stage, and the window starts again
	now = now.Add(51 * time.Second)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := m.Sweep(ctx); err != nil {
		t.Errorf("the sweep does not end: %.200v", err)
	}
	due, err := d.Open(nil).Due(t.Context(), now.UnixMilli(), 10)
	if err != nil || len(due) > 0 {
		t.Errorf("after the sweep %v is due, %v", due, err)
	}
}

// stuck is a limiter that says it is due and never lets itself be asked.
type stuck struct{}

func (stuck) Start(now time.Time) []byte                                    { return []byte(now.Format(time.RFC3339)) }
func (stuck) Before([]byte, limiter.Call) limiter.Verdict                   { panic("no answer") }
func (stuck) After(own []byte, _ limiter.Call) ([]byte, bool)               { return own, false }
func (stuck) StageDone(own []byte, _ limiter.Call) ([]byte, bool)           { return own, false }
func (stuck) Reset(own []byte, _ any, _ limiter.Call) ([]byte, bool, error) { return own, false, nil }
func (stuck) Due(own []byte) time.Time {
	at, _ := time.Parse(time.RFC3339, string(own))
	return at
}

// A custom limiter that fails when the clock asks must not keep the sweeper busy for ever.
func TestSweepEndsWithAFailingLimiter(t *testing.T) {
	for _, kept := range []bool{false, true} {
		r := &tracker.Registry{}
		if err := r.Limiters.Register("stuck", func(any) (limiter.Rule, error) { return stuck{}, nil }); err != nil {
			t.Fatal(err)
		}
		o := dictrack.Options{Registry: r}
		if kept {
			o.Store = disk.New().Open(nil)
		}
		m := open(t, o)
		add(t, m, "g", dictrack.Count("t", dictrack.Targets(5), dictrack.Limit(limiter.Custom("stuck", nil))))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		if err := m.Sweep(ctx); err != nil {
			t.Errorf("kept %v: the sweep does not end: %.200v", kept, err)
		}
		cancel()
		shut(t, m)
	}
}

// When a flush fails, nobody knows whether it took effect; memory must not go on from what it held before.
func TestFlushWithLostAnswer(t *testing.T) {
	lose := disk.Proceed
	d := disk.New()
	m := open(t, dictrack.Options{Store: d.Open(func(step, _ string) disk.Verdict {
		if step == disk.StepFlush {
			return lose
		}
		return disk.Proceed
	})})
	add(t, m, "a", dictrack.Count("t", dictrack.Targets(500)))
	add(t, m, "b", dictrack.Count("t", dictrack.Targets(500)))
	for range 5 {
		track(t, m, "b")
	}
	lose = disk.Lose
	if err := m.Flush(t.Context(), dictrack.FlushEverything); err == nil {
		t.Fatal("a flush with a lost answer is no error")
	}
	res := track(t, m, "a", dictrack.ID("x"))
	shut(t, m)
	m = open(t, dictrack.Options{Store: d.Open(nil)})
	defer shut(t, m)
	if again := track(t, m, "a", dictrack.ID("x")); !again.Duplicate || again.Version != res.Version {
		t.Errorf("the call after the flush was answered with version %d and is lost: %+v", res.Version, again)
	}
	sound(t, d)
}

// Adding no trackers changes nothing: not the places of others, and not what is known of the group.
func TestAddNothing(t *testing.T) {
	const trackers = 70 // enough removed ones for the group to be laid out anew
	d := disk.New()
	for _, o := range []dictrack.Options{{}, {Store: d.Open(nil)}} {
		m := open(t, o)
		var specs []tracker.Spec
		for i := range trackers {
			specs = append(specs, dictrack.Count(fmt.Sprint("t", i), dictrack.Targets(500)))
		}
		add(t, m, "g", specs...)
		for i := range trackers - 1 {
			if err := m.Remove(t.Context(), "g", fmt.Sprint("t", i)); err != nil {
				t.Fatal(err)
			}
		}
		add(t, m, "g")
		track(t, m, "g")
		if err := m.RemoveAll(t.Context(), "g"); err != nil {
			t.Fatal(err)
		}
		add(t, m, "g")
		if res := track(t, m, "g", dictrack.ID("x")); res.Version != trackers+3 {
			t.Errorf("version %d after %d commits: versions restart", res.Version, trackers+3)
		}
		shut(t, m)
	}
	sound(t, d)
	m := open(t, dictrack.Options{Store: d.Open(nil)})
	defer shut(t, m)
	if snaps, err := m.List(t.Context(), "g"); err != nil || len(snaps) != 0 {
		t.Errorf("read back: %d trackers, %v", len(snaps), err)
	}
}

func TestAddNothingVersions(t *testing.T) {
	m := open(t, dictrack.Options{})
	defer shut(t, m)
	seen := map[string]bool{}
	m.OnAll(func(e dictrack.Event) {
		if seen[e.ID()] {
			t.Errorf("event id %s is told twice", e.ID())
		}
		seen[e.ID()] = true
	})
	for i := range 70 {
		add(t, m, "g", dictrack.Count(fmt.Sprint("t", i), dictrack.Targets(500)))
	}
	if err := m.RemoveAll(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	add(t, m, "g")
	add(t, m, "g", dictrack.Count("t", dictrack.Targets(500)))
}

// Two processes on one store: an answer is only for what is kept.
func TestTwoManagersOnOneStore(t *testing.T) {
	s := memorystore.New()
	a, b := open(t, dictrack.Options{Store: s}), open(t, dictrack.Options{Store: s})
	add(t, a, "g", dictrack.Count("t", dictrack.Targets(500)))
	if _, err := b.List(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	track(t, a, "g")
	track(t, b, "g")
	c := open(t, dictrack.Options{Store: s})
	defer shut(t, c)
	if snap, err := c.Get(t.Context(), "g", "t"); err != nil || snap.Progress.String() != "2" {
		t.Errorf("two calls were answered and progress is %s, %v", snap.Progress, err)
	}
}

// What was flushed is gone, its name too.
func TestGroupsAfterFlush(t *testing.T) {
	m := open(t, dictrack.Options{})
	defer shut(t, m)
	add(t, m, "g", dictrack.Count("t", dictrack.Targets(500)))
	if err := m.Flush(t.Context(), dictrack.FlushEverything); err != nil {
		t.Fatal(err)
	}
	for name, err := range m.Groups(t.Context()) {
		t.Errorf("after the flush there is still group %q, %v", name, err)
	}
}

// Close waits for the calls under way: each is answered as if nobody had closed, or refused with ErrClosed.
func TestCloseWaitsForCalls(t *testing.T) {
	for round := range 200 {
		d := disk.New()
		m := open(t, dictrack.Options{Store: d.Open(nil)})
		var calls sync.WaitGroup
		for client := range 8 {
			calls.Go(func() {
				for i := 0; ; i++ {
					_, err := m.Track(context.Background(), "g", data, dictrack.ID(fmt.Sprint(client, "-", i)))
					if err == nil {
						continue
					}
					if !errors.Is(err, dictrack.ErrClosed) {
						t.Errorf("a call that Close met: %v", err)
					}
					return
				}
			})
		}
		time.Sleep(time.Duration(round) * time.Microsecond)
		shut(t, m)
		calls.Wait()
		sound(t, d)
	}
}

// A round that gave up, since another process was faster a hundred times, must not hold up later commits.
func TestCommitsAfterManyConflicts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conflicts := 100
		m := open(t, dictrack.Options{Store: disk.New().Open(func(step, _ string) disk.Verdict {
			if step == disk.StepCommit && conflicts > 0 {
				conflicts--
				return disk.Conflict
			}
			return disk.Proceed
		})})
		defer shut(t, m)
		if _, err := m.Track(t.Context(), "g", data, dictrack.ID("a")); err == nil {
			t.Fatal("a hundred conflicts are no error")
		}
		start := time.Now()
		track(t, m, "g", dictrack.ID("b"))
		if waited := time.Since(start); waited > 0 {
			t.Errorf("a commit that stands alone waits %v for others", waited)
		}
	})
}
