package vectors_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache/rediscache"
	"github.com/dictrack/dictrack/internal/testserver/postgres"
	"github.com/dictrack/dictrack/internal/testserver/redis"
	"github.com/dictrack/dictrack/internal/vectors"
	"github.com/dictrack/dictrack/store/pgstore"
)

// TestVectorsManagerShared plays on two Managers that share a Redis in front of a PostgreSQL: every step is made by the
// one that did not make the step before, and looked at by the other.
func TestVectorsManagerShared(t *testing.T) {
	hot, err := redis.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hot.Close)
	cold, err := postgres.Start(postgres.NoSync)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cold.Stop(); err != nil {
			t.Error(err)
		}
	})
	var now atomic.Int64
	clock := func() time.Time { return time.Unix(now.Load(), 0) }
	managers := [2]*dictrack.Manager{openShared(t, hot, cold, clock), openShared(t, hot, cold, clock)}
	turn, cases := 0, 0
	playAll(t, func(string) (vectors.Player, func(), error) {
		cases++
		p := &managed{keep: true, group: fmt.Sprint("group", cases)}
		p.pick = func() *dictrack.Manager {
			turn++
			now.Store(p.now.Unix())
			return managers[turn%2]
		}
		return p, func() {}, nil
	})
}

func openShared(t *testing.T, hot *redis.Server, cold *postgres.Server, clock func() time.Time) *dictrack.Manager {
	t.Helper()
	ctx := context.Background()
	st, err := pgstore.Open(ctx, cold.URL(), pgstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ca, err := rediscache.Open(ctx, hot.URL(), rediscache.Options{AllowVolatile: true, DrainEvery: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	m, err := dictrack.Open(ctx, dictrack.Options{Store: st, Cache: ca, Clock: clock, ManualSweep: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return m
}
