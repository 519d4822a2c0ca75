package manager_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// threeGroups limits the cache to three groups.
func threeGroups(o *dictrack.Options) { o.MaxGroups = 3 }

// TestEvictedGroupsAreReloaded counts loads: none while the groups fit in memory, one for each evicted group.
func TestEvictedGroupsAreReloaded(t *testing.T) {
	f := managertest.New(t, faultstore.New(), threeGroups)
	name := func(i int) string { return fmt.Sprint("g", i) }
	for i := range 3 {
		f.MustAdd(name(i), dictrack.Count("a", dictrack.Targets(100)))
	}
	before := f.Store.Loads.Load()
	for n := range 30 {
		f.MustTrack(name(n%3), managertest.Object{})
	}
	if n := f.Store.Loads.Load() - before; n != 0 {
		t.Errorf("%d loads of groups that fit", n)
	}
	for i := 3; i < 20; i++ {
		f.MustAdd(name(i), dictrack.Count("a", dictrack.Targets(100)))
	}
	for i := range 20 {
		f.MustTrack(name(i), managertest.Object{})
	}
	if n := f.Store.Loads.Load() - before; n < 20 {
		t.Errorf("%d loads of 17 new groups and 17 or more that were evicted, want at least 34", n)
	}
	for i := range 20 {
		f.ExpectProgress(name(i), "a", map[bool]string{true: "11/100", false: "1/100"}[i < 3])
	}
}

// TestHotGroupIsNotEvicted uses one group all the time, and many others once.
func TestHotGroupIsNotEvicted(t *testing.T) {
	f := managertest.New(t, faultstore.New(), func(o *dictrack.Options) { o.MaxGroups = 20 })
	f.MustAdd("hot", dictrack.Count("a", dictrack.Targets(1000)))
	for i := range 200 {
		f.MustTrack("hot", managertest.Object{})
		f.MustAdd(fmt.Sprint("cold", i), dictrack.Count("a", dictrack.Targets(1)))
	}
	before := f.Store.Loads.Load()
	f.MustTrack("hot", managertest.Object{})
	if n := f.Store.Loads.Load() - before; n != 0 {
		t.Errorf("%d loads of a group that is always in use", n)
	}
}

// TestMaxBytes evicts groups by their size.
func TestMaxBytes(t *testing.T) {
	f := managertest.New(t, faultstore.New(), func(o *dictrack.Options) { o.MaxBytes = 30_000 })
	large := make([]tracker.Spec, 100)
	for i := range large {
		large[i] = dictrack.Count(fmt.Sprint("t", i), dictrack.Targets(100))
	}
	for g := range 20 {
		f.MustAdd(fmt.Sprint("g", g), large...)
	}
	before := f.Store.Loads.Load()
	for g := range 20 {
		f.MustTrack(fmt.Sprint("g", g), managertest.Object{})
	}
	if n := f.Store.Loads.Load() - before; n < 14 || n > 20 {
		t.Errorf("%d loads of 20 groups, of which about 6 fit", n)
	}
}

// TestEvictionLosesNothing tracks on more groups than fit in memory from many goroutines, with and without ids, in single
// calls and in batches, and compares each total with what was acknowledged.
func TestEvictionLosesNothing(t *testing.T) {
	const groups, workers, each = 40, 16, 150
	f := managertest.New(t, faultstore.New(), threeGroups)
	for g := range groups {
		f.MustAdd(fmt.Sprint("g", g), dictrack.Sum("a", "n", dictrack.Targets(1<<40)))
	}
	var want [groups]int
	var mu sync.Mutex
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(w), 3))
			for i := range each {
				g, h, n := random.IntN(groups), random.IntN(groups), 1+random.IntN(9)
				id := fmt.Sprint(w, ":", i)
				for range 1 + random.IntN(2) { // a repeated id counts once
					f.MustTrack(fmt.Sprint("g", g), managertest.Object{"n": n}, managertest.WithID(id))
				}
				outs := f.TrackBatch(context.Background(), []dictrack.Message{
					{Group: fmt.Sprint("g", h), Data: managertest.Object{"n": n}}, {Group: fmt.Sprint("g", g), Data: managertest.Object{"n": n}},
				})
				if outs[0].Err != nil || outs[1].Err != nil {
					t.Errorf("%v, %v", outs[0].Err, outs[1].Err)
				}
				mu.Lock()
				want[g] += 2 * n
				want[h] += n
				mu.Unlock()
			}
		})
	}
	all.Wait()
	check := func() {
		for g := range groups {
			f.ExpectProgress(fmt.Sprint("g", g), "a", fmt.Sprint(want[g], "/", 1<<40))
		}
	}
	check()
	f.MustReopen(threeGroups)
	check()
}

// TestTimersOfEvictedGroups fires timers of groups that are not in memory.
func TestTimersOfEvictedGroups(t *testing.T) {
	const groups = 30
	f := managertest.New(t, faultstore.New(), threeGroups)
	for g := range groups {
		window := limiter.For(time.Duration(1+g) * time.Second)
		f.MustAdd(fmt.Sprint("g", g), dictrack.Count("a", dictrack.Targets(9), dictrack.Limiters(window)))
	}
	events := f.CollectEvents()
	f.Clock.Advance(time.Second) // a window ends when its last second is over
	for g := range groups {
		f.Clock.Advance(time.Second)
		if err := f.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if lines := events(); len(lines) != 1 || lines[0] != "LIMITED a 0" {
			t.Errorf("after %d s: %q, want one window to end", g+1, lines)
		}
	}
}

// TestFlushOfEvictedGroups deletes all groups, also those not in memory, and versions continue.
func TestFlushOfEvictedGroups(t *testing.T) {
	f := managertest.New(t, faultstore.New(), threeGroups)
	for last := uint64(0); last < 6; {
		var next uint64
		for g := range 10 {
			f.MustAdd(fmt.Sprint("g", g), dictrack.Count("a", dictrack.Targets(9)))
			res := f.MustTrack(fmt.Sprint("g", g), managertest.Object{})
			if res.Affected() != 1 || res.Version <= last {
				t.Errorf("group %d: %d affected, version %d after %d", g, res.Affected(), res.Version, last)
			}
			next = max(next, res.Version)
		}
		last = next
		if err := f.Flush(t.Context(), dictrack.FlushEverything); err != nil {
			t.Fatal(err)
		}
		for g := range 10 {
			f.ExpectProgress(fmt.Sprint("g", g), "a", "gone")
		}
	}
}
