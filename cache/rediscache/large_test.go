package rediscache_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/rediscache"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
	"github.com/dictrack/dictrack/tracker"
)

// over is a cache with a client of the test.
func over(tb testing.TB, client rueidis.Client, prefix string) *rediscache.Cache {
	tb.Helper()
	c, err := rediscache.New(client, quick(prefix))
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// numbered is a tracker that counts the data with its number, or with a greater one.
func numbered(i int) tracker.Spec {
	number := condition.Eq("n", i)
	if i%50 == 0 {
		number = condition.Ge("n", i)
	}
	return dictrack.Count(fmt.Sprint("t", i), dictrack.Where(number), dictrack.Targets(2, never))
}

// Large groups are as they would be in the memory of one process, whatever few or many of their trackers move in whichever of
// two processes, and in the store too.
func TestLargeGroup(t *testing.T) {
	s, prefix, st := singleServer(t), space(), memorystore.New()
	one, plain := open(t, s.URL(), quick(prefix)), memory(t)
	both := []*dictrack.Manager{stored(t, one, st), stored(t, open(t, s.URL(), quick(prefix)), st)}
	ctx, random := context.Background(), rand.New(rand.NewPCG(1, 2))
	next := 0
	grow := func(n int) {
		specs := make([]tracker.Spec, n)
		for i := range specs {
			specs[i] = numbered(next + i)
		}
		next += n
		for _, m := range []*dictrack.Manager{both[random.IntN(2)], plain} {
			if err := m.Add(ctx, "g", specs...); err != nil {
				t.Fatal(err)
			}
		}
	}
	grow(400)
	for step := range 600 {
		m, inputs := both[random.IntN(2)], make([]dictrack.Input, 1+random.IntN(3))
		for i := range inputs {
			inputs[i] = dictrack.Input{Group: "g", JSON: fmt.Appendf(nil, `{"n":%d}`, random.IntN(450))}
			if random.IntN(4) == 0 {
				inputs[i].ID = fmt.Sprint("id", random.IntN(40))
				inputs[i].JSON = fmt.Appendf(nil, `{"n":%q}`, inputs[i].ID)
			}
		}
		for _, to := range []*dictrack.Manager{m, plain} {
			for _, out := range to.TrackBatch(ctx, inputs) {
				if out.Err != nil {
					t.Fatal(out.Err)
				}
			}
		}
		switch {
		case step%97 == 0:
			grow(1 + random.IntN(40))
		case step%59 == 0:
			name := fmt.Sprint("t", step) // it may be gone
			if e1, e2 := m.Remove(ctx, "g", name), plain.Remove(ctx, "g", name); errors.Is(e1, dictrack.ErrNotFound) != errors.Is(e2, dictrack.ErrNotFound) {
				t.Fatalf("remove %s: %v, want %v", name, e1, e2)
			}
		case step%83 == 0:
			drain(t, one)
		}
		if step%20 == 0 {
			sameTrackers(t, both[random.IntN(2)], plain)
		}
	}
	drain(t, one)
	sameTrackers(t, stored(t, open(t, s.URL(), quick(space())), st), plain)
}

// stored is a Manager of a cache over a store.
func stored(tb testing.TB, c cache.Cache, s store.Store) *dictrack.Manager {
	tb.Helper()
	o := dictrack.Options{Cache: c, ManualSweep: true}
	if s != nil {
		o.Store = lasting{s}
	}
	m, err := dictrack.Open(context.Background(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { shut(tb, m) })
	return m
}

// memory is a Manager in memory alone.
func memory(tb testing.TB) *dictrack.Manager { return stored(tb, nil, nil) }

// sameTrackers fails unless the group has the same in both.
func sameTrackers(t *testing.T, m, want *dictrack.Manager) {
	t.Helper()
	got, err1 := m.List(context.Background(), "g")
	right, err2 := want.List(context.Background(), "g")
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(right) {
		t.Fatalf("%d trackers, want %d", len(got), len(right))
	}
	for i := range got {
		if g, w := got[i], right[i]; g.Name != w.Name || g.Stage != w.Stage || g.Progress.Cmp(w.Progress) != 0 || g.Completed != w.Completed {
			t.Fatalf("tracker %d is %s, stage %d, %s; want %s, stage %d, %s", i, g.Name, g.Stage, g.Progress, w.Name, w.Stage, w.Progress)
		}
	}
}
