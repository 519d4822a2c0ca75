package compare

import (
	"context"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/bench"
	"github.com/dictrack/dictrack/cache/rediscache"
	"github.com/dictrack/dictrack/internal/testserver/redis"
)

// callers is how many goroutines track.
const callers = 64

// BenchmarkCompareRedis is W(100) on one Redis of this machine that keeps nothing on disk, by one process with 64
// goroutines: the home-made way, and dictrack. Server and kind of client are the same.
func BenchmarkCompareRedis(b *testing.B) {
	s, client := startRedis(b)
	b.Run("W100", func(b *testing.B) {
		groups, random := bench.Groups(groupCount()), bench.Seeded()
		byHand := make([]*homemade, len(groups))
		m := openRedis(b, s)
		for i, g := range groups {
			specs := bench.Set(100, random)
			byHand[i] = newHomemade(client, g, specs)
			if err := m.Add(context.Background(), g, specs...); err != nil {
				b.Fatal(err)
			}
		}
		b.Run("homemade", func(b *testing.B) {
			together(b, len(groups), func(g int, text []byte) error { return byHand[g].track(context.Background(), text) })
		})
		b.Run("dictrack", func(b *testing.B) {
			together(b, len(groups), func(g int, text []byte) error {
				_, err := m.Track(context.Background(), dictrack.Message{Group: groups[g], JSON: text})
				return err
			})
		})
	})
}

// groupCount is how many groups there are, fewer when the load is only to be seen working.
func groupCount() int {
	if os.Getenv("DICTRACK_BENCH") == "small" {
		return 100
	}
	return 1000
}

// together has all callers track data, each for another group than the one before.
func together(b *testing.B, groups int, track func(group int, text []byte) error) {
	stream := bench.Stream(1024, bench.Seeded())
	var next atomic.Int64
	b.SetParallelism(callers / runtime.GOMAXPROCS(0)) // which multiplies it by the cores
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			i := int(next.Add(1))
			if err := track(i*7919%groups, stream[i%len(stream)].JSON); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

// startRedis starts a server for one test, and a client like that of the cache.
func startRedis(tb testing.TB) (*redis.Server, rueidis.Client) {
	tb.Helper()
	s, err := redis.Start()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	client, err := rueidis.NewClient(rueidis.ClientOption{InitAddress: []string{s.Address()}, DisableCache: true, DisableRetry: true, ForceSingleClient: true})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(client.Close)
	return s, client
}

func openRedis(tb testing.TB, s *redis.Server) *dictrack.Manager {
	tb.Helper()
	c, err := rediscache.Open(context.Background(), s.URL(), rediscache.Options{AllowNoPersistence: true, WriteBackInterval: time.Hour})
	if err != nil {
		tb.Fatal(err)
	}
	m, err := dictrack.Open(context.Background(), dictrack.Options{Cache: c, DisableTimers: true})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := m.Close(context.Background()); err != nil {
			tb.Error(err)
		}
	})
	return m
}

// Both ways count the same, or the figures say nothing.
func TestHomemadeCountsTheSame(t *testing.T) {
	s, client := startRedis(t)
	m, specs := openRedis(t, s), bench.Set(100, bench.Seeded())
	byHand := newHomemade(client, "g", specs)
	if err := m.Add(t.Context(), "g", specs...); err != nil {
		t.Fatal(err)
	}
	for _, d := range bench.Stream(50, bench.Seeded()) {
		if err := byHand.track(t.Context(), d.JSON); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Track(t.Context(), dictrack.Message{Group: "g", JSON: d.JSON}); err != nil {
			t.Fatal(err)
		}
	}
	snaps, err := m.ListAll(t.Context(), "g")
	if err != nil || len(snaps) != len(specs) {
		t.Fatal(len(snaps), err)
	}
	for i, snap := range snaps {
		n, err := client.Do(t.Context(), client.B().Get().Key(byHand.keys[i]).Build()).AsFloat64()
		if (err != nil && !rueidis.IsRedisNil(err)) || n != snap.Progress.Float64() {
			t.Errorf("%s: %v by hand, %v by dictrack, %v", snap.Name, n, snap.Progress, err)
		}
	}
}
