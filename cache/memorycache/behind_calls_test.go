package memorycache_test

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
	"github.com/dictrack/dictrack/cache/memorycache"
	"github.com/dictrack/dictrack/group"
)

// An id is known wherever its call is: recorded, on its way, in the store, and in the store of another process.
func TestBehindKnowsIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		var slow atomic.Bool
		s.before = func([]*group.Change) error {
			if slow.Load() {
				time.Sleep(time.Minute)
			}
			return nil
		}
		d := openBehind(t, s, memorycache.Behind{Every: time.Second})
		expect := func(where string, version uint64) {
			t.Helper()
			res := d.track("g", "x")
			if !res.Duplicate || res.Version != version {
				t.Errorf("%s: duplicate %v of version %d, want %d", where, res.Duplicate, res.Version, version)
			}
			if _, err := d.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{"other": 1}, ID: "x"}); !errors.Is(err, dictrack.ErrIDReused) {
				t.Errorf("%s: other data: %v, want ErrIDReused", where, err)
			}
		}
		d.track("g")
		if d.track("g", "x").Duplicate {
			t.Error("a new id is a duplicate")
		}
		expect("recorded", 2)
		slow.Store(true)
		time.Sleep(2 * time.Second)
		expect("on its way", 2)
		d.track("g", "y")
		expect("on its way, others recorded", 2)
		time.Sleep(time.Hour)
		expect("in the store", 2)
		slow.Store(false)
		d.shut()
		d = openBehind(t, s, memorycache.Behind{})
		expect("after a restart", 2)
		d.expect("g", 3)
		d.shut()
	})
}

// An id is looked up while a call with the same id is settled and written: whatever comes in between, it happens once.
func TestBehindIDWhileItLands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		var slow atomic.Bool
		s.looks = func(string) {
			if slow.Swap(false) {
				time.Sleep(time.Minute) // long after the other call has landed
			}
		}
		d := openBehind(t, s, memorycache.Behind{Every: time.Second})
		d.track("g")
		slow.Store(true)
		var all sync.WaitGroup
		var late *dictrack.Result
		all.Go(func() { late = d.track("g", "x") })
		synctest.Wait()
		first := d.track("g", "x")
		time.Sleep(10 * time.Second)
		s.expect(t, "g", 2)
		all.Wait()
		if first.Duplicate || !late.Duplicate || late.Version != 2 {
			t.Errorf("the first %+v, the late one %+v; want a duplicate of version 2", first, late)
		}
		d.shut()
		s.counted(t, "g", 2)
	})
}

// One load serves all that wait for it, and holds up no other group.
func TestBehindLoadsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		var loads atomic.Int64
		var fail atomic.Bool
		s.loads = func(name string) error {
			if name != "slow" {
				return nil
			}
			loads.Add(1)
			time.Sleep(time.Minute)
			if fail.Load() {
				return errDown
			}
			return nil
		}
		d := openBehind(t, s, memorycache.Behind{Every: time.Hour})
		defer d.shut()
		fail.Store(true)
		if err := d.within(time.Hour, "slow"); !errors.Is(err, errDown) {
			t.Errorf("a group that cannot be loaded: %v", err)
		}
		fail.Store(false)
		loads.Store(0)
		began := time.Now()
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() { d.track("slow") })
			all.Go(func() {
				if _, err := d.ListAll(t.Context(), "slow"); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if err := d.within(time.Second, "slow"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a call that did not wait: %v", err)
		}
		outs := d.TrackBatch(t.Context(), []dictrack.Message{{Group: "fast", Data: map[string]any{}}, {Group: "faster", Data: map[string]any{}}})
		if passed := time.Since(began); passed > 2*time.Second || outs[0].Err != nil || outs[1].Err != nil {
			t.Errorf("other groups took %v: %+v", passed, outs)
		}
		all.Wait()
		d.expect("slow", 10)
		if loads.Load() != 1 {
			t.Errorf("%d loads, want one", loads.Load())
		}
	})
}

// The calls of one batch on one group stay in order, though some wait and others need not.
func TestBehindBatchInOrder(t *testing.T) {
	s := newShop()
	d := openBehind(t, s, memorycache.Behind{Every: time.Millisecond, Changes: 10})
	defer d.shut()
	var inputs []dictrack.Message
	for n := range 600 {
		in := dictrack.Message{Group: fmt.Sprint("g", n%7), Data: map[string]any{}}
		if n%3 == 0 {
			in.ID = fmt.Sprint(n)
		}
		inputs = append(inputs, in)
	}
	versions := map[string]uint64{}
	for i, out := range d.TrackBatch(t.Context(), inputs) {
		name := inputs[i].Group
		if versions[name]++; out.Err != nil || out.Version != versions[name] {
			t.Fatalf("call %d on group %s: version %d, %v; want %d", i, name, out.Version, out.Err, versions[name])
		}
	}
}

// A flush takes everything, what the store did not have too; one that fails takes nothing.
func TestBehindFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		d := openBehind(t, s, memorycache.Behind{Every: time.Hour})
		defer d.shut()
		var last uint64
		for range 5 {
			last = d.track("g", fmt.Sprint(last)).Version
		}
		s.wipes = func() error { return errDown }
		if err := d.Flush(t.Context(), dictrack.FlushEverything); !errors.Is(err, errDown) {
			t.Errorf("Flush: %v, want the store's error", err)
		}
		d.expect("g", 5)
		d.track("g")
		s.wipes = nil
		if err := d.Flush(t.Context(), dictrack.FlushEverything); err != nil {
			t.Errorf("Flush: %v", err)
		}
		for name, err := range d.Groups(t.Context()) {
			t.Errorf("after the flush there is group %q, %v", name, err)
		}
		if res := d.track("g", "0"); res.Duplicate || res.Version <= last+1 {
			t.Errorf("after the flush: %+v, want a new call with a version above %d", res, last+1)
		}
		d.expect("g", 1)
		s.before = func([]*group.Change) error { return errDown }
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := d.Flush(ctx, dictrack.FlushEverything); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, errDown) {
			t.Errorf("Flush while the store is down: %v", err)
		}
		d.expect("g", 1)
		s.before = nil
	})
}

// Flushes come at any moment: what a call was answered before one is gone, what after it is there.
func TestBehindFlushWhileCalls(t *testing.T) {
	s := newShop()
	d := openBehind(t, s, memorycache.Behind{Every: 2 * time.Millisecond, Changes: 20})
	defer d.shut()
	var calls, flushes sync.WaitGroup
	for n := range 4 {
		calls.Go(func() {
			var last uint64
			for i := range 300 {
				res := d.track("g", fmt.Sprint(n, "-", i))
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
				if err := d.Flush(t.Context(), dictrack.FlushEverything); err != nil {
					t.Error(err)
				}
			}
		})
	}
	flushes.Wait()
	calls.Wait()
	if err := d.Flush(t.Context(), dictrack.FlushEverything); err != nil {
		t.Error(err)
	}
	d.track("g")
	d.expect("g", 1)
	d.drain()
	s.counted(t, "g", 1)
}

// Close writes everything, or says what it could not.
func TestBehindClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		d := openBehind(t, s, memorycache.Behind{Every: time.Hour, Changes: 6})
		d.track("g")
		d.shut()
		s.expect(t, "g", 1)
		s.before = func([]*group.Change) error { return errDown }
		d = openBehind(t, s, memorycache.Behind{Every: time.Hour, Changes: 6})
		for n := range 6 {
			d.track(fmt.Sprint("g", n%3))
		}
		var waiting sync.WaitGroup
		waiting.Go(func() {
			if _, err := d.Track(t.Context(), dictrack.Message{Group: "g0", Data: map[string]any{}}); !errors.Is(err, dictrack.ErrClosed) {
				t.Errorf("a call that waits for room: %v, want ErrClosed", err)
			}
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		err := d.Close(ctx)
		var unwritten *memorycache.UnwrittenError
		if !errors.As(err, &unwritten) || unwritten.Calls != 6 || !slices.Equal(unwritten.Groups, []string{"g0", "g1", "g2"}) {
			t.Errorf("Close: %v, want an UnwrittenError of 6 calls on 3 groups", err)
		}
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, errDown) {
			t.Errorf("Close: %v, want the context's error and the store's", err)
		}
		waiting.Wait()
		for what, err := range map[string]error{
			"Close": d.Close(context.Background()), "Drain": d.Sync(t.Context()), "Track": d.within(time.Second, "g"),
		} {
			if want := map[bool]error{true: nil, false: dictrack.ErrClosed}[what == "Close"]; !errors.Is(err, want) {
				t.Errorf("%s after Close: %v, want %v", what, err, want)
			}
		}
	})
}

// A storm of calls with ids, on a store that fails in every way, is counted exactly; a call that fails is made again.
func TestBehindStorm(t *testing.T) {
	s := newShop()
	unlucky := func() error {
		if rand.IntN(6) == 0 {
			return errDown
		}
		return nil
	}
	s.before = func([]*group.Change) error { return unlucky() }
	s.after = func([]*group.Change) error { return unlucky() }
	s.loads = func(string) error { return unlucky() }
	d := openBehind(t, s, memorycache.Behind{Every: 2 * time.Millisecond, Changes: 30})
	const workers, groups, each = 8, 4, 120
	var all sync.WaitGroup
	for worker := range workers {
		all.Go(func() {
			for n := range each {
				storm(d, fmt.Sprint("g", n%groups), fmt.Sprint(worker/2, "-", n)) // two workers share their ids
			}
		})
	}
	all.Wait()
	d.drain()
	for g := range groups {
		d.expect(fmt.Sprint("g", g), workers/2*each/groups)
	}
	d.shut()
	s.before, s.after, s.loads = nil, nil, nil
	for g := range groups {
		s.counted(t, fmt.Sprint("g", g), workers/2*each/groups)
		s.expect(t, fmt.Sprint("g", g), workers/2*each/groups)
	}
}

// storm makes a call until it is settled; now and then it has no patience, looks, or brings a batch.
func storm(d *desk, name, id string) {
	for {
		ctx, cancel := context.WithTimeout(d.Context(), []time.Duration{time.Second, 100 * time.Microsecond}[rand.IntN(2)])
		var err error
		switch rand.IntN(3) {
		case 0:
			_, err = d.Track(ctx, dictrack.Message{Group: name, Data: map[string]any{}, ID: id})
		case 1:
			for _, out := range d.TrackBatch(ctx, []dictrack.Message{
				{Group: name, Data: map[string]any{}, ID: id}, {Group: name, Data: map[string]any{}, ID: id},
			}) {
				err = errors.Join(err, out.Err)
			}
		default:
			if _, err = d.ListAll(ctx, name); err == nil {
				err = errDown // again, with a call
			}
		}
		cancel()
		switch {
		case err == nil:
			return
		case errors.Is(err, dictrack.ErrUnknown) || !errors.Is(err, errDown) && !errors.Is(err, context.DeadlineExceeded):
			d.Errorf("a call was settled with %v", err)
			return
		}
	}
}
