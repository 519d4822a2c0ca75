package rediscache_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
	"github.com/dictrack/dictrack/tracker"
)

// brokenStore is a store whose commits fail.
type brokenStore struct{ store.Store }

func (brokenStore) Commit(context.Context, []*record.Change) error {
	return errors.New("the store is down")
}

// Groups that the store does not have are not evicted from Redis, however long they are idle, and never expire.
func TestDirtyGroupsAreNotEvicted(t *testing.T) {
	s := ownServer(t)
	prefix := newPrefix()
	o := testOptions(prefix)
	o.IdleTTL = time.Second
	m, err := dictrack.Open(context.Background(), dictrack.Options{
		Cache: open(t, s.URL(), o), Store: brokenStore{memorystore.New()}, DisableTimers: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { // cannot drain
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		defer cancel()
		_ = m.Close(ctx)
	}()
	if err := m.Add(context.Background(), "g", sum()); err != nil {
		t.Fatal(err)
	}
	mustAdd(t, m, "g", 7, "a")
	time.Sleep(2500 * time.Millisecond)
	client := dial(t, s.Address())
	key := keyOf(t, client, prefix, ":g:g")
	if ttl, err := client.Do(context.Background(), client.B().Ttl().Key(key).Build()).AsInt64(); err != nil || ttl != -1 {
		t.Errorf("the group ends in %d seconds (%v), want never", ttl, err)
	}
	expectTotal(t, m, "g", 7)
}

// Idle groups are evicted from Redis once the store has them, and are loaded again with their message ids.
func TestIdleGroupsAreEvicted(t *testing.T) {
	s := ownServer(t)
	kept, prefix := memorystore.New(), newPrefix()
	o := testOptions(prefix)
	o.IdleTTL = time.Second
	m, other := newManager(t, open(t, s.URL(), o), kept), newManager(t, open(t, s.URL(), o), kept)
	for n := range 5 {
		mustAdd(t, m, fmt.Sprint("g", n), 1, "a")
	}
	mustAdd(t, m, "used", 1, "a")
	eventually(t, "idle groups are gone", func() bool {
		mustAdd(t, m, "used", 1, "")
		out, err := s.Do("keys", prefix+"*:g:*")
		return err == nil && strings.HasSuffix(out, "used") && !strings.Contains(out, "\n")
	})
	mustAdd(t, other, "g1", 1, "a") // counted before
	mustAdd(t, m, "g1", 10, "b")
	mustAdd(t, other, "g1", 100, "c")
	expectTotal(t, m, "g1", 111)
	expectTotal(t, other, "g2", 1)
}

// A process with a small LocalCacheSize reads groups again, and loses nothing.
func TestSmallLocalCache(t *testing.T) {
	o := testOptions(newPrefix())
	o.LocalCacheSize = 1
	m := newManager(t, open(t, singleServer(t).URL(), o), nil)
	for range 3 {
		for n := range 1000 {
			mustAdd(t, m, fmt.Sprint("g", n), 1, "")
		}
	}
	for n := range 1000 {
		expectTotal(t, m, fmt.Sprint("g", n), 3)
	}
}

// ownKind counts twice.
type ownKind struct{ tracker.BaseKind }

func (ownKind) Step(s tracker.KindState, _ tracker.Input) (tracker.KindState, bool) {
	s.Progress = s.Progress.Add(decimal.FromInt(2))
	return s, true
}

// Groups of kinds that a process has not registered are written back by others, and block nothing else.
func TestUnknownKinds(t *testing.T) {
	s := singleServer(t)
	kept, prefix := memorystore.New(), newPrefix()
	registry := &tracker.Registry{}
	if err := registry.Register("own", func(any) (tracker.Kind, error) { return ownKind{}, nil }); err != nil {
		t.Fatal(err)
	}
	o := testOptions(prefix)
	o.WriteBackInterval = time.Hour
	knows := open(t, s.URL(), o)
	m, err := dictrack.Open(context.Background(), dictrack.Options{
		Cache: knows, DisableTimers: true, Registry: registry, Store: keepOpen{kept},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeManager(t, m) })
	if err := m.Add(context.Background(), "own", dictrack.Custom("t", "own", nil, dictrack.Targets(5))); err != nil {
		t.Fatal(err)
	}
	c := open(t, s.URL(), testOptions(prefix))
	other, err := dictrack.Open(context.Background(), dictrack.Options{Cache: c, DisableTimers: true, Store: keepOpen{kept}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Close(context.Background()) }() // cannot drain all
	var unknown *tracker.UnknownKindError
	if _, err = other.ListAll(context.Background(), "own"); !errors.As(err, &unknown) {
		t.Errorf("a kind that nobody registered: %v", err)
	}
	if err := other.Add(context.Background(), "g", sum()); err != nil {
		t.Fatal(err)
	}
	if err := c.Sync(context.Background()); !errors.As(err, &unknown) || !strings.Contains(err.Error(), `"own"`) {
		t.Errorf("drain: %v, want an error that names the group and its kind", err)
	}
	expectCount(t, kept, "g", 1)
	expectCount(t, kept, "own", 0)
	syncCache(t, knows)
	expectCount(t, kept, "own", 1)
}

func expectCount(t *testing.T, s store.Store, group string, want int) {
	t.Helper()
	record, err := s.Load(context.Background(), group)
	if err != nil || len(record.Layout) != want {
		t.Errorf("the store has %d trackers of group %q (%v), want %d", len(record.Layout), group, err, want)
	}
}
