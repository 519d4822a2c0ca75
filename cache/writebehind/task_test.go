package writebehind_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache/writebehind"
	"github.com/dictrack/dictrack/record"
)

// An id is known wherever its call is: recorded, on its way, in the store, and in the store of another process.
func TestIDsAreFoundInEveryState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFaultyStore()
		var slow atomic.Bool
		s.BeforeCommit.Set(func([]*record.Change) error {
			if slow.Load() {
				time.Sleep(time.Minute)
			}
			return nil
		})
		m := open(t, s, writebehind.Options{MaxDelay: time.Second})
		expect := func(where string, version uint64) {
			t.Helper()
			res := m.track("g", "x")
			if !res.Duplicate || res.Version != version {
				t.Errorf("%s: duplicate %v of version %d, want %d", where, res.Duplicate, res.Version, version)
			}
			if _, err := m.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{"other": 1}, ID: "x"}); !errors.Is(err, dictrack.ErrIDReused) {
				t.Errorf("%s: other data: %v, want ErrIDReused", where, err)
			}
		}
		m.track("g")
		if m.track("g", "x").Duplicate {
			t.Error("a new id is a duplicate")
		}
		expect("recorded", 2)
		slow.Store(true)
		time.Sleep(2 * time.Second)
		expect("on its way", 2)
		m.track("g", "y")
		expect("on its way, others recorded", 2)
		time.Sleep(time.Hour)
		expect("in the store", 2)
		slow.Store(false)
		m.mustClose()
		m = open(t, s, writebehind.Options{})
		expect("after a restart", 2)
		m.expectCount("g", 3)
		m.mustClose()
	})
}

// An id is looked up while a call with the same id completes and is written: whatever happens first, it happens once.
func TestIDIsWrittenDuringItsLookup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFaultyStore()
		var slow atomic.Bool
		s.BeforeLookup.Set(func(string) error {
			if slow.Swap(false) {
				time.Sleep(time.Minute) // until long after the other call was written
			}
			return nil
		})
		m := open(t, s, writebehind.Options{MaxDelay: time.Second})
		m.track("g")
		slow.Store(true)
		var all sync.WaitGroup
		var late *dictrack.Result
		all.Go(func() { late = m.track("g", "x") })
		synctest.Wait()
		first := m.track("g", "x")
		time.Sleep(10 * time.Second)
		s.expectVersion(t, "g", 2)
		all.Wait()
		if first.Duplicate || !late.Duplicate || late.Version != 2 {
			t.Errorf("the first %+v, the late one %+v; want a duplicate of version 2", first, late)
		}
		m.mustClose()
		s.expectStored(t, "g", 2)
	})
}

// One load serves all that wait for it, and holds up no other group.
func TestConcurrentCallsShareOneLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFaultyStore()
		var loads atomic.Int64
		var fail atomic.Bool
		s.BeforeLoad.Set(func(name string) error {
			if name != "slow" {
				return nil
			}
			loads.Add(1)
			time.Sleep(time.Minute)
			if fail.Load() {
				return errDown
			}
			return nil
		})
		m := open(t, s, writebehind.Options{MaxDelay: time.Hour})
		defer m.mustClose()
		fail.Store(true)
		if err := m.trackWithin(time.Hour, "slow"); !errors.Is(err, errDown) {
			t.Errorf("a group that cannot be loaded: %v", err)
		}
		fail.Store(false)
		loads.Store(0)
		began := time.Now()
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() { m.track("slow") })
			all.Go(func() {
				if _, err := m.ListAll(t.Context(), "slow"); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if err := m.trackWithin(time.Second, "slow"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a call that did not wait: %v", err)
		}
		outs := m.TrackBatch(t.Context(), []dictrack.Message{{Group: "fast", Data: map[string]any{}}, {Group: "faster", Data: map[string]any{}}})
		if passed := time.Since(began); passed > 2*time.Second || outs[0].Err != nil || outs[1].Err != nil {
			t.Errorf("other groups took %v: %+v", passed, outs)
		}
		all.Wait()
		m.expectCount("slow", 10)
		if loads.Load() != 1 {
			t.Errorf("%d loads, want one", loads.Load())
		}
	})
}

// The calls of one batch on one group stay in order, though some wait and others need not.
func TestBatchKeepsOrder(t *testing.T) {
	s := newFaultyStore()
	m := open(t, s, writebehind.Options{MaxDelay: time.Millisecond, MaxPending: 10})
	defer m.mustClose()
	var inputs []dictrack.Message
	for n := range 600 {
		in := dictrack.Message{Group: fmt.Sprint("g", n%7), Data: map[string]any{}}
		if n%3 == 0 {
			in.ID = fmt.Sprint(n)
		}
		inputs = append(inputs, in)
	}
	versions := map[string]uint64{}
	for i, out := range m.TrackBatch(t.Context(), inputs) {
		name := inputs[i].Group
		if versions[name]++; out.Err != nil || out.Version != versions[name] {
			t.Fatalf("call %d on group %s: version %d, %v; want %d", i, name, out.Version, out.Err, versions[name])
		}
	}
}

// A flush takes everything, what the store did not have too; one that fails takes nothing.
func TestFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFaultyStore()
		m := open(t, s, writebehind.Options{MaxDelay: time.Hour})
		defer m.mustClose()
		var last uint64
		for range 5 {
			last = m.track("g", fmt.Sprint(last)).Version
		}
		s.BeforeFlush.Set(func(struct{}) error { return errDown })
		if err := m.Flush(t.Context(), dictrack.FlushEverything); !errors.Is(err, errDown) {
			t.Errorf("Flush: %v, want the store's error", err)
		}
		m.expectCount("g", 5)
		m.track("g")
		s.BeforeFlush.Clear()
		if err := m.Flush(t.Context(), dictrack.FlushEverything); err != nil {
			t.Errorf("Flush: %v", err)
		}
		for name, err := range m.Groups(t.Context()) {
			t.Errorf("after the flush there is group %q, %v", name, err)
		}
		if res := m.track("g", "0"); res.Duplicate || res.Version <= last+1 {
			t.Errorf("after the flush: %+v, want a new call with a version above %d", res, last+1)
		}
		m.expectCount("g", 1)
		s.BeforeCommit.Set(func([]*record.Change) error { return errDown })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := m.Flush(ctx, dictrack.FlushEverything); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, errDown) {
			t.Errorf("Flush while the store is down: %v", err)
		}
		m.expectCount("g", 1)
		s.BeforeCommit.Clear()
	})
}

// Flushes come at any moment: what a call was answered before one is gone, what after it is there.
func TestFlushDuringCalls(t *testing.T) {
	s := newFaultyStore()
	m := open(t, s, writebehind.Options{MaxDelay: 2 * time.Millisecond, MaxPending: 20})
	defer m.mustClose()
	var calls, flushes sync.WaitGroup
	for n := range 4 {
		calls.Go(func() {
			var last uint64
			for i := range 300 {
				res := m.track("g", fmt.Sprint(n, "-", i))
				if res.Duplicate || res.Version <= last {
					t.Errorf("version %d after %d, duplicate %v", res.Version, last, res.Duplicate)
				}
				last = res.Version
			}
		})
	}
	for range 2 {
		flushes.Go(func() {
			for range 20 {
				if err := m.Flush(t.Context(), dictrack.FlushEverything); err != nil {
					t.Error(err)
				}
			}
		})
	}
	flushes.Wait()
	calls.Wait()
	if err := m.Flush(t.Context(), dictrack.FlushEverything); err != nil {
		t.Error(err)
	}
	m.track("g")
	m.expectCount("g", 1)
	m.mustSync()
	s.expectStored(t, "g", 1)
}

// Close writes everything, or says what it could not.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newFaultyStore()
		m := open(t, s, writebehind.Options{MaxDelay: time.Hour, MaxPending: 6})
		m.track("g")
		m.mustClose()
		s.expectVersion(t, "g", 1)
		s.BeforeCommit.Set(func([]*record.Change) error { return errDown })
		m = open(t, s, writebehind.Options{MaxDelay: time.Hour, MaxPending: 6})
		for n := range 6 {
			m.track(fmt.Sprint("g", n%3))
		}
		var waiting sync.WaitGroup
		waiting.Go(func() {
			if _, err := m.Track(t.Context(), dictrack.Message{Group: "g0", Data: map[string]any{}}); !errors.Is(err, dictrack.ErrClosed) {
				t.Errorf("a call that waits for room: %v, want ErrClosed", err)
			}
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		err := m.Close(ctx)
		var unwritten *writebehind.PendingWritesError
		if !errors.As(err, &unwritten) || unwritten.Calls != 6 || !slices.Equal(unwritten.Groups, []string{"g0", "g1", "g2"}) {
			t.Errorf("Close: %v, want an PendingWritesError of 6 calls on 3 groups", err)
		}
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, errDown) {
			t.Errorf("Close: %v, want the context's error and the store's", err)
		}
		waiting.Wait()
		for what, err := range map[string]error{
			"Close": m.Close(context.Background()), "Drain": m.Sync(t.Context()), "Track": m.trackWithin(time.Second, "g"),
		} {
			if want := map[bool]error{true: nil, false: dictrack.ErrClosed}[what == "Close"]; !errors.Is(err, want) {
				t.Errorf("%s after Close: %v, want %v", what, err, want)
			}
		}
	})
}

// Many concurrent calls with ids, on a store that fails in every way, are counted exactly; a call that fails is made again.
func TestConcurrentCallsOnFailingStore(t *testing.T) {
	s := newFaultyStore()
	unlucky := func() error {
		if rand.IntN(6) == 0 {
			return errDown
		}
		return nil
	}
	s.BeforeCommit.Set(func([]*record.Change) error { return unlucky() })
	s.AfterCommit.Set(func([]*record.Change) error { return unlucky() })
	s.BeforeLoad.Set(func(string) error { return unlucky() })
	m := open(t, s, writebehind.Options{MaxDelay: 2 * time.Millisecond, MaxPending: 30})
	const workers, groups, each = 8, 4, 120
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			for n := range each {
				retryCall(m, fmt.Sprint("g", n%groups), fmt.Sprint(worker/2, "-", n)) // two workers share their ids
			}
		})
	}
	all.Wait()
	m.mustSync()
	for g := range groups {
		m.expectCount(fmt.Sprint("g", g), workers/2*each/groups)
	}
	m.mustClose()
	s.ClearHooks()
	for g := range groups {
		s.expectStored(t, fmt.Sprint("g", g), workers/2*each/groups)
		s.expectVersion(t, fmt.Sprint("g", g), workers/2*each/groups)
	}
}

// retryCall makes a call until it succeeds: alone, or in a batch, after a List, now and then with a short timeout.
func retryCall(m *testManager, name, id string) {
	for {
		ctx, cancel := context.WithTimeout(m.Context(), []time.Duration{time.Second, 100 * time.Microsecond}[rand.IntN(2)])
		var err error
		switch rand.IntN(3) {
		case 0:
			_, err = m.Track(ctx, dictrack.Message{Group: name, Data: map[string]any{}, ID: id})
		case 1:
			for _, out := range m.TrackBatch(ctx, []dictrack.Message{
				{Group: name, Data: map[string]any{}, ID: id}, {Group: name, Data: map[string]any{}, ID: id},
			}) {
				err = errors.Join(err, out.Err)
			}
		default:
			if _, err = m.ListAll(ctx, name); err == nil {
				err = errDown // again, with a call
			}
		}
		cancel()
		switch {
		case err == nil:
			return
		case errors.Is(err, dictrack.ErrUnknown) || !errors.Is(err, errDown) && !errors.Is(err, context.DeadlineExceeded):
			m.Errorf("a call returned %v", err)
			return
		}
	}
}
