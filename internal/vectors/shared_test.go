package vectors_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/rediscache"
	"github.com/dictrack/dictrack/internal/testserver/redis"
	"github.com/dictrack/dictrack/internal/vectors"
	"github.com/dictrack/dictrack/store"
)

// TestVectorsManagerShared plays on two Managers that share a Redis in front of a store: every step is made by
// the one that did not make the step before, and looked at by the other.
func TestVectorsManagerShared(t *testing.T) {
	hot, err := redis.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(hot.Close)
	for _, p := range servers {
		t.Run(p.name, func(t *testing.T) {
			open, slow := p.start(t)
			var now atomic.Int64
			clock := func() time.Time { return time.Unix(now.Load(), 0) }
			managers := [2]*dictrack.Manager{}
			for i := range managers {
				managers[i] = openShared(t, redisOf(t, hot, p.name), open(), clock)
			}
			turn, cases := 0, 0
			playSome(t, slow, func(string) (vectors.Player, func(), error) {
				cases++
				player := &managed{keep: true, group: fmt.Sprint("group", cases)}
				player.pick = func() *dictrack.Manager {
					turn++
					now.Store(player.now.Unix())
					return managers[turn%2]
				}
				return player, func() {}, nil
			})
		})
	}
}

// redisOf opens a cache in a Redis, beside those in front of other stores.
func redisOf(t *testing.T, hot *redis.Server, name string) cache.Cache {
	t.Helper()
	o := rediscache.Options{AllowNoPersistence: true, WriteBackInterval: 20 * time.Millisecond, Prefix: name + ":"}
	ca, err := rediscache.Open(context.Background(), hot.URL(), o)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

func openShared(t *testing.T, ca cache.Cache, st store.Store, clock func() time.Time) *dictrack.Manager {
	t.Helper()
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{Store: st, Cache: ca, Clock: clock, DisableTimers: true})
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

// TestVectorsManagerMoved plays on one Manager after the other, each with a memory of its own, on two
// connections to the same database in turn.
func TestVectorsManagerMoved(t *testing.T) {
	for _, p := range servers {
		t.Run(p.name, func(t *testing.T) {
			open, slow := p.start(t)
			stores := [2]store.Store{open(), open()}
			for _, st := range stores {
				defer func() {
					if err := st.Close(); err != nil {
						t.Error(err)
					}
				}()
			}
			turn, cases := 0, 0
			playSome(t, slow, func(string) (vectors.Player, func(), error) {
				cases++
				player := stored(func() (store.Store, error) {
					turn++
					return unclosed{stores[turn%2]}, nil
				})
				player.group = fmt.Sprint("group", cases)
				return player, func() { _ = player.close() }, nil
			})
		})
	}
}

// playSome plays all, or some seconds of them where the store is slow and DICTRACK_PROVE does not ask for all.
func playSome(t *testing.T, slow bool, newPlayer vectors.NewPlayer) {
	t.Helper()
	if !slow || os.Getenv("DICTRACK_PROVE") != "" {
		playAll(t, newPlayer)
		return
	}
	playSample(t, newPlayer)
}

func playSample(t *testing.T, newPlayer vectors.NewPlayer) {
	t.Helper()
	some := vectors.Sample{Seed: rand.Uint64(), Time: 6 * time.Second} // #nosec G404 -- chance, no secret
	t.Logf("seed %d", some.Seed)
	score, err := some.Trackers(newPlayer)
	report(t, "trackers", score, err)
	score, err = some.Groups(newPlayer)
	report(t, "groups", score, err)
}
