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

// openWithClient makes a cache with a client of the test.
func openWithClient(tb testing.TB, client rueidis.Client, prefix string) *rediscache.Cache {
	tb.Helper()
	c, err := rediscache.New(client, testOptions(prefix))
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// numbered is a tracker that counts the messages with its number or a greater one.
func numbered(i int) tracker.Spec {
	number := condition.Eq("n", i)
	if i%50 == 0 {
		number = condition.Ge("n", i)
	}
	return dictrack.Count(fmt.Sprint("t", i), dictrack.Where(number), dictrack.Targets(2, never))
}

// Large groups are the same as in the memory of one process, whether few or many of their trackers move, and in which of
// two processes; also in the store.
func TestLargeGroup(t *testing.T) {
	s, prefix, st := singleServer(t), newPrefix(), memorystore.New()
	one, plain := open(t, s.URL(), testOptions(prefix)), newMemoryManager(t)
	both := []*dictrack.Manager{managerWithStore(t, one, st), managerWithStore(t, open(t, s.URL(), testOptions(prefix)), st)}
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
		m, inputs := both[random.IntN(2)], make([]dictrack.Message, 1+random.IntN(3))
		for i := range inputs {
			inputs[i] = dictrack.Message{Group: "g", JSON: fmt.Appendf(nil, `{"n":%d}`, random.IntN(450))}
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
			syncCache(t, one)
		}
		if step%20 == 0 {
			sameTrackers(t, both[random.IntN(2)], plain)
		}
	}
	syncCache(t, one)
	sameTrackers(t, managerWithStore(t, open(t, s.URL(), testOptions(newPrefix())), st), plain)
}

// managerWithStore is a Manager of a cache over a store.
func managerWithStore(tb testing.TB, c cache.Cache, s store.Store) *dictrack.Manager {
	tb.Helper()
	o := dictrack.Options{Cache: c, DisableTimers: true}
	switch s := s.(type) {
	case nil:
	case *countingLoader:
		o.Store = s
	default:
		o.Store = keepOpen{s}
	}
	m, err := dictrack.Open(context.Background(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { closeManager(tb, m) })
	return m
}

// newMemoryManager is a Manager in memory alone.
func newMemoryManager(tb testing.TB) *dictrack.Manager { return managerWithStore(tb, nil, nil) }

// sameTrackers fails unless the group has the same in both.
func sameTrackers(t *testing.T, m, want *dictrack.Manager) {
	t.Helper()
	got, err1 := m.ListAll(context.Background(), "g")
	right, err2 := want.ListAll(context.Background(), "g")
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

// sums are trackers that each add up n of the messages with their number.
func sums(from, n int) []tracker.Spec {
	specs := make([]tracker.Spec, n)
	for i := range specs {
		specs[i] = dictrack.Sum(fmt.Sprint("t", from+i), "n", dictrack.Where(condition.Eq("k", from+i)), dictrack.Targets(never))
	}
	return specs
}

// trackNumber tracks a message with a number.
func trackNumber(t *testing.T, m *dictrack.Manager, k, n int, id string) {
	t.Helper()
	if _, err := m.Track(context.Background(), dictrack.Message{Group: "g", ID: id, JSON: fmt.Appendf(nil, `{"n":%d,"k":%d}`, n, k)}); err != nil {
		t.Fatal(err)
	}
}

// A server comes back with an older version of a large group that has a patch; the later version of the store replaces it.
func TestOlderLargeGroup(t *testing.T) {
	s := ownServer(t)
	kept, prefix, ctx := memorystore.New(), newPrefix(), context.Background()
	c := open(t, s.URL(), testOptions(prefix))
	m, plain := managerWithStore(t, c, kept), newMemoryManager(t)
	both := func(do func(m *dictrack.Manager)) { do(m); do(plain) }
	both(func(m *dictrack.Manager) {
		if err := m.Add(ctx, "g", sums(0, 300)...); err != nil {
			t.Fatal(err)
		}
		trackNumber(t, m, 7, 1, "")
		trackNumber(t, m, 290, 1, "")
	})
	syncCache(t, c)
	if _, err := s.Do("save"); err != nil {
		t.Fatal(err)
	}
	both(func(m *dictrack.Manager) { trackNumber(t, m, 7, 10, ""); trackNumber(t, m, 8, 10, "") })
	syncCache(t, c)
	s.Kill()
	if err := s.Restart(); err != nil {
		t.Fatal(err)
	}
	sameTrackers(t, m, plain)
	sameTrackers(t, managerWithStore(t, open(t, s.URL(), testOptions(prefix)), kept), plain)
	both(func(m *dictrack.Manager) { trackNumber(t, m, 9, 100, "") })
	sameTrackers(t, m, plain)
	other := managerWithStore(t, open(t, s.URL(), testOptions(prefix)), kept)
	sameTrackers(t, other, plain)
	both(func(m *dictrack.Manager) { trackNumber(t, m, 7, 1000, "") })
	sameTrackers(t, other, plain)
	syncCache(t, c)
	sameTrackers(t, managerWithStore(t, nil, kept), plain)
}

// A large group with a patch becomes small, and large again.
func TestShrinkingGroup(t *testing.T) {
	s, prefix, kept, ctx := singleServer(t), newPrefix(), memorystore.New(), context.Background()
	c := open(t, s.URL(), testOptions(prefix))
	m, plain := managerWithStore(t, c, kept), newMemoryManager(t)
	other := managerWithStore(t, open(t, s.URL(), testOptions(prefix)), kept)
	both := func(do func(m *dictrack.Manager)) { do(m); do(plain) }
	both(func(m *dictrack.Manager) {
		if err := m.Add(ctx, "g", sums(0, 160)...); err != nil {
			t.Fatal(err)
		}
		trackNumber(t, m, 7, 1, "")
		trackNumber(t, m, 150, 1, "")
	})
	sameTrackers(t, other, plain)
	both(func(m *dictrack.Manager) {
		for i := range 90 {
			if err := m.Remove(ctx, "g", fmt.Sprint("t", 30+i)); err != nil {
				t.Fatal(err)
			}
		}
		trackNumber(t, m, 150, 1, "")
		trackNumber(t, m, 151, 1, "")
	})
	sameTrackers(t, other, plain)
	both(func(m *dictrack.Manager) {
		if err := m.Add(ctx, "g", sums(500, 3)...); err != nil {
			t.Fatal(err)
		}
		trackNumber(t, m, 150, 1, "")
	})
	sameTrackers(t, other, plain)
	both(func(m *dictrack.Manager) { trackNumber(t, m, 501, 1, ""); trackNumber(t, m, 3, 1, "") })
	sameTrackers(t, other, plain)
	for _, x := range []*dictrack.Manager{other, plain} {
		if err := x.Add(ctx, "g", sums(600, 100)...); err != nil {
			t.Fatal(err)
		}
		trackNumber(t, x, 650, 1, "x")
		if err := x.Update(ctx, "g", "t3", dictrack.AddTargets(never+5)); err != nil {
			t.Fatal(err)
		}
		trackNumber(t, x, 3, 1, "y")
	}
	sameTrackers(t, m, plain)
	if a, err := m.Get(ctx, "g", "t3"); err != nil || len(a.Targets) != 2 {
		t.Errorf("targets %v %v", a.Targets, err)
	}
	third := managerWithStore(t, open(t, s.URL(), testOptions(prefix)), kept)
	if a, err := third.Get(ctx, "g", "t3"); err != nil || len(a.Targets) != 2 {
		t.Errorf("targets %v %v", a.Targets, err)
	}
	syncCache(t, c)
	sameTrackers(t, managerWithStore(t, nil, kept), plain)
}
