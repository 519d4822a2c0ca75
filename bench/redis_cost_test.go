package bench_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/bench"
	"github.com/dictrack/dictrack/internal/testserver/faultproxy"
	"github.com/dictrack/dictrack/tracker"
)

// matching is how many trackers a message of BenchmarkRedisN moves, whatever the size of the group.
const matching = 16

// BenchmarkRedisN is what the size of a group costs: a thousand trackers beside a hundred, of which the same number
// match each message.
func BenchmarkRedisN(b *testing.B) {
	s := must(b, volatile)
	client, groups := dial(b, s), bench.Groups(groupCount()/10)
	entries := make([]*entry, 0, 2)
	for _, n := range []int{1000, 100} {
		random := bench.Seeded()
		m := openWith(b, dictrack.Options{Cache: openRedis(b, s.URL(), space()), DisableTimers: true}, groups,
			func() []tracker.Spec { return bench.Few(n, matching, random) })
		entries = append(entries, &entry{name: fmt.Sprint("W", n), load: one(m, groups), each: 1, cpu: both(client, ownTime)})
	}
	b.Run("W1000", func(b *testing.B) { interleaved(b, entries...) })
}

// BenchmarkRedisTraffic counts what goes over the wire for each message of W(100), by one goroutine and by 64, which share
// round trips.
func BenchmarkRedisTraffic(b *testing.B) {
	way, err := faultproxy.New(must(b, volatile).Address())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(way.Close)
	m, groups := openW(b, 100, dictrack.Options{Cache: openRedis(b, "redis://"+way.Address(), space()), DisableTimers: true})
	b.Run("goroutines=1", func(b *testing.B) { traffic(b, way, single(m, groups)) })
	b.Run("goroutines=64", func(b *testing.B) { traffic(b, way, one(m, groups)) })
}

// single tracks messages one by one, each after the other.
func single(m *dictrack.Manager, groups []string) load {
	stream := bench.Stream(1024, bench.Seeded())
	return concurrently(1, func(i int) error {
		_, err := m.Track(context.Background(), dictrack.Message{Group: groups[i%len(groups)], JSON: stream[i%len(stream)].JSON})
		return err
	})
}

func traffic(b *testing.B, way *faultproxy.Proxy, l load) {
	trips, toward, back := way.Traffic()
	if err := l(b.N); err != nil {
		b.Fatal(err)
	}
	tripsAfter, towardAfter, backAfter := way.Traffic()
	each := func(after, before int64) float64 { return float64(after-before) / float64(b.N) }
	b.ReportMetric(each(tripsAfter, trips), "trips/message")
	b.ReportMetric(each(towardAfter, toward), "sent-B/message")
	b.ReportMetric(each(backAfter, back), "received-B/message")
}

// BenchmarkRedisMemory is what W(100) takes of the server's memory, definitions and progress included, a tracker.
func BenchmarkRedisMemory(b *testing.B) {
	s, err := startRedis()
	if err != nil {
		b.Fatal(err)
	}
	client := dial(b, s)
	for b.Loop() {
		before := usedMemory(b, client)
		_, groups := openW(b, 100, dictrack.Options{Cache: openRedis(b, s.URL(), space()), DisableTimers: true})
		b.ReportMetric((usedMemory(b, client)-before)/float64(len(groups))/100, "B/tracker")
	}
}

func usedMemory(b *testing.B, client rueidis.Client) float64 {
	b.Helper()
	used, err := stat(client, "memory", "used_memory")
	if err != nil {
		b.Fatal(err)
	}
	return used
}
