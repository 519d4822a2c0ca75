package dictrack_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// few lets three groups stay in memory.
func few(o *dictrack.Options) { o.MaxGroups = 3 }

// TestGroupsLeaveMemory counts how often groups are read: once while they fit, and again when they have left.
func TestGroupsLeaveMemory(t *testing.T) {
	f := open(t, faultstore.New(), few)
	name := func(i int) string { return fmt.Sprint("g", i) }
	for i := range 3 {
		f.add(name(i), dictrack.Count("a", dictrack.Targets(100)))
	}
	before := f.store.Loads.Load()
	for n := range 30 {
		f.track(name(n%3), object{})
	}
	if n := f.store.Loads.Load() - before; n != 0 {
		t.Errorf("%d loads of groups that fit", n)
	}
	for i := 3; i < 20; i++ {
		f.add(name(i), dictrack.Count("a", dictrack.Targets(100)))
	}
	for i := range 20 {
		f.track(name(i), object{})
	}
	if n := f.store.Loads.Load() - before; n < 20 {
		t.Errorf("%d loads of 17 new groups and 17 or more that had left, want at least 34", n)
	}
	for i := range 20 {
		f.expect(name(i), "a", map[bool]string{true: "11/100", false: "1/100"}[i < 3])
	}
}

// TestHotGroupsStay has one group in use while many others come and go once.
func TestHotGroupsStay(t *testing.T) {
	f := open(t, faultstore.New(), func(o *dictrack.Options) { o.MaxGroups = 20 })
	f.add("hot", dictrack.Count("a", dictrack.Targets(1000)))
	for i := range 200 {
		f.track("hot", object{})
		f.add(fmt.Sprint("cold", i), dictrack.Count("a", dictrack.Targets(1)))
	}
	before := f.store.Loads.Load()
	f.track("hot", object{})
	if n := f.store.Loads.Load() - before; n != 0 {
		t.Errorf("%d loads of a group that is always in use", n)
	}
}

// TestBytesBoundGroups lets groups leave by their size.
func TestBytesBoundGroups(t *testing.T) {
	f := open(t, faultstore.New(), func(o *dictrack.Options) { o.MaxBytes = 30_000 })
	large := make([]tracker.Spec, 100)
	for i := range large {
		large[i] = dictrack.Count(fmt.Sprint("t", i), dictrack.Targets(100))
	}
	for g := range 20 {
		f.add(fmt.Sprint("g", g), large...)
	}
	before := f.store.Loads.Load()
	for g := range 20 {
		f.track(fmt.Sprint("g", g), object{})
	}
	if n := f.store.Loads.Load() - before; n < 14 || n > 20 {
		t.Errorf("%d loads of 20 groups, of which about 6 fit", n)
	}
}

// TestNothingIsLostWhenGroupsLeave has many goroutines work on more groups than fit, with ids and without, singly and
// in batches, and holds every total against what was answered.
func TestNothingIsLostWhenGroupsLeave(t *testing.T) {
	const groups, workers, each = 40, 16, 150
	f := open(t, faultstore.New(), few)
	for g := range groups {
		f.add(fmt.Sprint("g", g), dictrack.Sum("a", "n", dictrack.Targets(1<<40)))
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
				for range 1 + random.IntN(2) { // a call that is made again counts once
					f.track(fmt.Sprint("g", g), object{"n": n}, withID(id))
				}
				outs := f.TrackBatch(context.Background(), []dictrack.Message{
					{Group: fmt.Sprint("g", h), Data: object{"n": n}}, {Group: fmt.Sprint("g", g), Data: object{"n": n}},
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
			f.expect(fmt.Sprint("g", g), "a", fmt.Sprint(want[g], "/", 1<<40))
		}
	}
	check()
	f.reopen(few)
	check()
}

// TestTheClockReachesGroupsThatLeft lets windows end in groups that are not in memory.
func TestTheClockReachesGroupsThatLeft(t *testing.T) {
	const groups = 30
	f := open(t, faultstore.New(), few)
	for g := range groups {
		window := limiter.For(time.Duration(1+g) * time.Second)
		f.add(fmt.Sprint("g", g), dictrack.Count("a", dictrack.Targets(9), dictrack.Limiters(window)))
	}
	heard := f.hear()
	f.clock.pass(time.Second) // a window ends when its last second is over
	for g := range groups {
		f.clock.pass(time.Second)
		if err := f.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if lines := heard(); len(lines) != 1 || lines[0] != "LIMITED a 0" {
			t.Errorf("after %d s: %q, want one window to end", g+1, lines)
		}
	}
}

// TestFlushOfGroupsThatLeft deletes all of them, and versions go on.
func TestFlushOfGroupsThatLeft(t *testing.T) {
	f := open(t, faultstore.New(), few)
	for last := uint64(0); last < 6; {
		var next uint64
		for g := range 10 {
			f.add(fmt.Sprint("g", g), dictrack.Count("a", dictrack.Targets(9)))
			res := f.track(fmt.Sprint("g", g), object{})
			if res.Affected() != 1 || res.Version <= last {
				t.Errorf("group %d: %d touched, version %d after %d", g, res.Affected(), res.Version, last)
			}
			next = max(next, res.Version)
		}
		last = next
		if err := f.Flush(t.Context(), dictrack.FlushEverything); err != nil {
			t.Fatal(err)
		}
		for g := range 10 {
			f.expect(fmt.Sprint("g", g), "a", "gone")
		}
	}
}
