package rediscache_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache/rediscache"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// keepOpen is a store that its Managers do not close.
type keepOpen struct{ store.Store }

func (keepOpen) Close() error { return nil }

// never is a target that no test reaches.
const never = int64(1) << 60

// sum is the tracker of most tests: it adds up n.
func sum() tracker.Spec { return dictrack.Sum("sum", "n", dictrack.Targets(never)) }

// testOptions are options with short intervals.
func testOptions(prefix string) rediscache.Options {
	return rediscache.Options{Prefix: prefix, WriteBackInterval: 20 * time.Millisecond, AllowNoPersistence: true}
}

// open makes a cache with a client of its own.
func open(tb testing.TB, url string, o rediscache.Options) *rediscache.Cache {
	tb.Helper()
	c, err := rediscache.Open(context.Background(), url, o)
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// newManager makes a Manager that gives every group the tracker of sum, and is closed with the test.
func newManager(tb testing.TB, c *rediscache.Cache, s store.Store) *dictrack.Manager {
	tb.Helper()
	o := dictrack.Options{Cache: c, DisableTimers: true}
	if s != nil {
		o.Store = keepOpen{s}
	}
	m, err := dictrack.Open(context.Background(), o)
	if err != nil {
		tb.Fatal(err)
	}
	if err := m.SetTemplate("sum", sum()); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { closeManager(tb, m) })
	return m
}

// newBareManager makes a Manager without template or store.
func newBareManager(tb testing.TB, c *rediscache.Cache) *dictrack.Manager {
	tb.Helper()
	m, err := dictrack.Open(context.Background(), dictrack.Options{Cache: c, DisableTimers: true})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { closeManager(tb, m) })
	return m
}

func closeManager(tb testing.TB, m *dictrack.Manager) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := m.Close(ctx); err != nil {
		tb.Errorf("close: %v", err)
	}
}

// add tracks a message that adds n to the sum of a group. An id may be empty.
func add(m *dictrack.Manager, group string, n int, id string) error {
	_, err := m.Track(context.Background(), dictrack.Message{Group: group, ID: id, JSON: fmt.Appendf(nil, `{"n":%d}`, n)})
	return err
}

// mustAdd adds, and fails the test if it cannot.
func mustAdd(tb testing.TB, m *dictrack.Manager, group string, n int, id string) {
	tb.Helper()
	if err := add(m, group, n, id); err != nil {
		tb.Fatalf("add %d to group %q: %v", n, group, err)
	}
}

// addUntilKnown adds with an id, repeatedly until the outcome is known.
func addUntilKnown(tb testing.TB, m *dictrack.Manager, group string, n int, id string) {
	tb.Helper()
	var err error
	for range 200 {
		if err = add(m, group, n, id); err == nil {
			return
		}
	}
	tb.Errorf("add %d to group %q: %v", n, group, err)
}

// total is the sum of a group, 0 if it does not exist.
func total(tb testing.TB, m *dictrack.Manager, group string) int64 {
	tb.Helper()
	snap, err := m.Get(context.Background(), group, "sum")
	if errors.Is(err, dictrack.ErrNotFound) {
		return 0
	}
	if err != nil {
		tb.Fatalf("get group %q: %v", group, err)
	}
	n, _ := snap.Progress.Int64()
	return n
}

func expectTotal(tb testing.TB, m *dictrack.Manager, group string, want int64) {
	tb.Helper()
	if got := total(tb, m, group); got != want {
		tb.Errorf("group %q has %d, want %d", group, got, want)
	}
}

// syncCache waits until the store has everything.
func syncCache(tb testing.TB, c *rediscache.Cache) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := c.Sync(ctx); err != nil {
		tb.Fatal(err)
	}
}

// eventually waits until a condition holds.
func eventually(tb testing.TB, what string, happened func() bool) {
	tb.Helper()
	for end := time.Now().Add(20 * time.Second); !happened(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			tb.Fatalf("%s: not in 20 seconds", what)
		}
	}
}
