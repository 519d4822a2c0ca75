package robustness

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/memorycache"
	"github.com/dictrack/dictrack/cache/writebehind"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
	"github.com/dictrack/dictrack/store/pebblestore"
)

// TestEvictionLosesNothing lets many goroutines count in many groups, of which few fit into memory.
func TestEvictionLosesNothing(t *testing.T) {
	stores := map[string]func() (store.Store, error){
		"memorystore": func() (store.Store, error) { return memorystore.New(), nil },
		"pebblestore": func() (store.Store, error) {
			return pebblestore.Open(context.Background(), "data", pebblestore.Options{FS: vfs.NewMem(), MemTableBytes: 64 << 10})
		},
	}
	for name, makeStore := range stores {
		for _, bound := range []memorycache.Options{{MaxGroups: 1}, {MaxGroups: 5}, {MaxBytes: 2000}} {
			for way, c := range map[string]cache.Cache{
				"through": memorycache.New(bound),
				"behind":  writebehind.New(writebehind.Options{MaxDelay: 5 * time.Millisecond, MaxPending: 20, MaxGroups: bound.MaxGroups, MaxBytes: bound.MaxBytes}),
			} {
				t.Run(fmt.Sprint(name, " ", way, " ", bound), func(t *testing.T) {
					s, err := makeStore()
					if err != nil {
						t.Fatal(err)
					}
					countUnder(t, dictrack.Options{Store: s, Cache: c})
				})
			}
		}
	}
}

func countUnder(t *testing.T, o dictrack.Options) {
	const groups, workers, each = 50, 16, 100
	m := open(t, o)
	defer closeManager(t, m)
	if err := m.SetTemplate("all", dictrack.Count("count", dictrack.Targets(1_000_000))); err != nil {
		t.Fatal(err)
	}
	var want [groups]atomic.Int64
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(w), 5))
			for range each {
				g := random.IntN(groups) * random.IntN(groups) / groups // some are hotter than others
				if _, err := m.Track(t.Context(), dictrack.Message{Group: fmt.Sprint("g", g), Data: data}); err != nil {
					t.Error(err)
					return
				}
				want[g].Add(1)
			}
		})
	}
	all.Wait()
	for g := range groups {
		snaps, err := m.ListAll(t.Context(), fmt.Sprint("g", g))
		if n := want[g].Load(); err != nil || n > 0 && (len(snaps) != 1 || snaps[0].Progress.String() != fmt.Sprint(n)) {
			t.Errorf("group %d: %v, %v; want %d", g, snaps, err, n)
		}
	}
}
