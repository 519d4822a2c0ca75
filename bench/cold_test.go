package bench_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/bench"
	"github.com/dictrack/dictrack/internal/testserver/faultproxy"
	"github.com/dictrack/dictrack/internal/testserver/postgres"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/pgstore"
	"github.com/dictrack/dictrack/tracker"
)

// coldGroups is how many groups BenchmarkRedisCold has in its store.
func coldGroups() int {
	if small() {
		return 2000
	}
	return 100_000
}

// coldStore has groups of a hundred trackers each, filled once.
var coldStore = sync.OnceValues(func() (*postgres.Server, error) {
	server, err := database()
	if err != nil {
		return nil, err
	}
	s, err := pgstore.Open(context.Background(), server.URL(), pgstore.Options{})
	if err != nil {
		return nil, err
	}
	return server, errors.Join(fill(s, bench.Groups(coldGroups())), s.Close())
})

// BenchmarkRedisCold is the first message of a group that only the store knows: PostgreSQL has 100,000 groups of a
// hundred trackers, the process is new and Redis is empty. It reports how long the process takes to start, and what the
// store is asked for each group.
func BenchmarkRedisCold(b *testing.B) {
	c := &cold{groups: bench.Groups(coldGroups())}
	rand.Shuffle(len(c.groups), func(i, j int) { c.groups[i], c.groups[j] = c.groups[j], c.groups[i] })
	c.begin(b)
	b.Run("first", func(b *testing.B) {
		loads, definitions, trips := c.loads.Load(), c.definitions.Load(), c.trips()
		for range b.N {
			c.first(b)
		}
		b.StopTimer()
		each := func(n int64) float64 { return float64(n) / float64(b.N) }
		b.ReportMetric(each(c.loads.Load()-loads), "loads/group")
		b.ReportMetric(each(c.definitions.Load()-definitions), "definition-reads/group")
		b.ReportMetric(each(c.trips()-trips), "store-trips/group")
		b.ReportMetric(c.opening.Seconds()*1000, "start-ms")
	})
}

// cold is a Manager on a store that counts what it is asked.
type cold struct {
	store.Store
	loads, definitions atomic.Int64

	m       *dictrack.Manager
	ways    []*faultproxy.Proxy // to the store, the one in use last
	opening time.Duration
	groups  []string
	next    int // the first of groups without messages
}

func (c *cold) Load(ctx context.Context, name string) (*record.Group, error) {
	c.loads.Add(1)
	return c.Store.Load(ctx, name)
}

// LoadAfterInDoubt implements store.InDoubtLoader, as Redis is new.
func (c *cold) LoadAfterInDoubt(ctx context.Context, name string) (*record.Group, error) {
	c.loads.Add(1)
	return c.Store.(store.InDoubtLoader).LoadAfterInDoubt(ctx, name)
}

func (c *cold) Definitions(ctx context.Context, ids []tracker.ID) ([][]byte, error) {
	c.definitions.Add(1)
	return c.Store.Definitions(ctx, ids)
}

// trips are the round trips to the store.
func (c *cold) trips() (sum int64) {
	for _, way := range c.ways {
		trips, _, _ := way.Traffic()
		sum += trips
	}
	return sum
}

// begin starts with no group known. That must not read any.
func (c *cold) begin(b *testing.B) {
	b.Helper()
	address := c.link(b)
	asked, start := c.loads.Load()+c.definitions.Load(), time.Now()
	var err error
	if c.Store, err = pgstore.Open(context.Background(), address, pgstore.Options{}); err != nil {
		b.Fatal(err)
	}
	o := dictrack.Options{Store: c, Cache: openRedis(b, must(b, volatile).URL(), space())}
	if c.m, err = dictrack.Open(context.Background(), o); err != nil {
		b.Fatal(err)
	}
	c.opening, c.next = time.Since(start), 0
	if n := c.loads.Load() + c.definitions.Load() - asked; n > 0 {
		b.Errorf("the store was asked for groups or definitions %d times by starting, want 0", n)
	}
	m := c.m
	b.Cleanup(func() {
		if err := m.Close(context.Background()); err != nil {
			b.Error(err)
		}
	})
}

// link is the store's URL by a way that counts.
func (c *cold) link(b *testing.B) (address string) {
	b.Helper()
	server, err := coldStore()
	if err != nil {
		b.Fatal(err)
	}
	way, err := faultproxy.New(server.Address())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(way.Close)
	c.ways = append(c.ways, way)
	return strings.Replace(server.URL(), server.Address(), way.Address(), 1)
}

// first tracks the first message of a group.
func (c *cold) first(b *testing.B) {
	if c.next == len(c.groups) {
		b.StopTimer()
		c.begin(b)
		b.StartTimer()
	}
	_, err := c.m.Track(context.Background(), dictrack.Message{Group: c.groups[c.next], JSON: []byte(`{"bet":300,"game":"a"}`)})
	if err != nil {
		b.Fatal(err)
	}
	c.next++
}
