package rediscache_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/bench"
	"github.com/dictrack/dictrack/internal/testserver/redis"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
)

// infoNumber reads a number of INFO.
func infoNumber(t *testing.T, s *redis.Server, section, name string) int64 {
	t.Helper()
	out, err := s.Do("info", section)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), name); ok {
			value, _, _ = strings.Cut(value, ",")
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	return 0
}

func roundTrips(t *testing.T, s *redis.Server) int64 {
	t.Helper()
	return infoNumber(t, s, "commandstats", "cmdstat_evalsha:calls=")
}

// A call takes one round trip if the messages of its group come to one process, two if another process has written in
// between. A read takes one, also of a group that does not exist.
func TestRoundTrips(t *testing.T) {
	s := ownServer(t)
	prefix := newPrefix()
	o := testOptions(prefix)
	o.WriteBackInterval = 1 << 40
	m, other := newManager(t, open(t, s.URL(), o), nil), newManager(t, open(t, s.URL(), o), nil)
	mustAdd(t, m, "g", 1, "a")
	mustAdd(t, other, "g", 1, "b")
	mustAdd(t, m, "g", 1, "c")
	const calls = 100
	expect := func(what string, want int64, do func(n int)) {
		t.Helper()
		before := roundTrips(t, s)
		for n := range calls {
			do(n)
		}
		if got := roundTrips(t, s) - before; got != want*calls {
			t.Errorf("%s: %d round trips for %d, want %d", what, got, calls, want*calls)
		}
	}
	expect("a call", 1, func(int) { mustAdd(t, m, "g", 1, "") })
	expect("a call with an id", 1, func(n int) { mustAdd(t, m, "g", 1, fmt.Sprint("id", n)) })
	expect("a look", 1, func(int) { total(t, m, "g") })
	total(t, m, "unknown")
	expect("a look at nothing", 1, func(int) { total(t, m, "unknown") })
	mustAdd(t, other, "g", 1, "")
	mustAdd(t, m, "g", 1, "")
	expect("two calls in turns", 4, func(int) {
		mustAdd(t, other, "g", 1, "")
		mustAdd(t, m, "g", 1, "")
	})
}

// countingStore counts the calls of a store.
type countingStore struct {
	store.Store
	loads, lookups atomic.Int64
}

func (c *countingStore) Load(ctx context.Context, name string) (*record.Group, error) {
	c.loads.Add(1)
	return c.Store.Load(ctx, name)
}

func (c *countingStore) FindMessageID(ctx context.Context, name, id string) (record.MessageID, bool, error) {
	c.lookups.Add(1)
	return c.Store.FindMessageID(ctx, name, id)
}

// The store is asked once for a group that does not exist, not for each message; once for a new group, and never for its
// message ids. Calls that change nothing are not commits.
func TestStoreIsAskedOnce(t *testing.T) {
	kept := &countingStore{Store: memorystore.New()}
	c := open(t, singleServer(t).URL(), testOptions(newPrefix()))
	m, err := dictrack.Open(context.Background(), dictrack.Options{Cache: c, Store: keepOpen{kept}, DisableTimers: true})
	if err != nil {
		t.Fatal(err)
	}
	defer closeManager(t, m)
	for range 20 {
		mustAdd(t, m, "nobody", 1, "")
	}
	if n := kept.loads.Load(); n != 1 {
		t.Errorf("%d loads of a group that does not exist, want 1", n)
	}
	if err := m.Add(context.Background(), "new", sum()); err != nil {
		t.Fatal(err)
	}
	for n := range 20 {
		mustAdd(t, m, "new", 1, fmt.Sprint(n))
	}
	if loads, lookups := kept.loads.Load(), kept.lookups.Load(); loads != 2 || lookups != 0 {
		t.Errorf("%d loads and %d lookups, want 2 and 0", loads, lookups)
	}
}

// W(100): a thousand groups of a hundred random trackers take at most 150 bytes a tracker.
func TestMemory(t *testing.T) {
	s := ownServer(t)
	used := func() int64 { return infoNumber(t, s, "memory", "used_memory:") }
	c := open(t, s.URL(), testOptions(newPrefix()))
	m := newBareManager(t, c)
	before := used()
	random, warm := bench.Seeded(), bench.Stream(1, bench.Seeded())[0]
	const groups, trackers = 1000, 100
	for _, g := range bench.Groups(groups) {
		if err := m.Add(context.Background(), g, bench.Set(trackers, random)...); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Track(context.Background(), dictrack.Message{Group: g, JSON: warm.JSON}); err != nil {
			t.Fatal(err)
		}
	}
	got := float64(used()-before) / groups / trackers
	t.Logf("%.1f bytes a tracker", got)
	if got > 150 {
		t.Errorf("%.1f bytes a tracker, want at most 150", got)
	}
}

// Bytes that go to the server for a call on a group of a hundred trackers.
func TestBytes(t *testing.T) {
	s := ownServer(t)
	c := open(t, s.URL(), testOptions(newPrefix()))
	m := newBareManager(t, c)
	if err := m.Add(context.Background(), "g", bench.Set(100, bench.Seeded())...); err != nil {
		t.Fatal(err)
	}
	stream := bench.Stream(1000, bench.Seeded())
	sent, calls := infoNumber(t, s, "stats", "total_net_input_bytes:"), roundTrips(t, s)
	for _, data := range stream {
		if _, err := m.Track(context.Background(), dictrack.Message{Group: "g", JSON: data.JSON}); err != nil {
			t.Fatal(err)
		}
	}
	sent, calls = infoNumber(t, s, "stats", "total_net_input_bytes:")-sent, roundTrips(t, s)-calls
	got := sent / int64(len(stream))
	t.Logf("%d bytes a call, %d round trips for %d calls", got, calls, len(stream))
	if got > 1200 {
		t.Errorf("%d bytes a call, want at most 1200", got)
	}
}
