package rediscache_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/bench"
	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/cachetest"
	"github.com/dictrack/dictrack/cache/rediscache"
)

func BenchmarkCache(b *testing.B) {
	s := singleServer(b)
	cachetest.Benchmark(b, func() cache.Cache { return open(b, s.URL(), testOptions(newPrefix())) }, cachetest.Features{MemoryOnly: true, WriteBehind: true})
}

// BenchmarkW is W(100): 1,000 groups with a hundred trackers of their own, by 64 goroutines, one by one and in batches.
func BenchmarkW(b *testing.B) {
	s := singleServer(b)
	c := open(b, s.URL(), rediscache.Options{Prefix: newPrefix(), AllowNoPersistence: true})
	m, err := dictrack.Open(context.Background(), dictrack.Options{Cache: c, DisableTimers: true})
	if err != nil {
		b.Fatal(err)
	}
	defer closeManager(b, m)
	random, groups, stream := bench.Seeded(), bench.Groups(1000), bench.Stream(1024, bench.Seeded())
	for _, g := range groups {
		if err := m.Add(context.Background(), g, bench.Set(100, random)...); err != nil {
			b.Fatal(err)
		}
	}
	var next atomic.Int64
	b.Run("one by one", func(b *testing.B) {
		b.SetParallelism(32)
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				i := next.Add(1)
				if _, err := m.Track(context.Background(), dictrack.Message{Group: groups[i%1000], JSON: stream[i%1024].JSON}); err != nil {
					b.Error(err)
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	})
	b.Run("batches", func(b *testing.B) {
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				inputs := make([]dictrack.Message, 100)
				for n := range inputs {
					i := next.Add(1)
					inputs[n] = dictrack.Message{Group: groups[i%1000], JSON: stream[i%1024].JSON}
				}
				for _, out := range m.TrackBatch(context.Background(), inputs) {
					if out.Err != nil {
						b.Error(out.Err)
					}
				}
			}
		})
		b.ReportMetric(float64(100*b.N)/b.Elapsed().Seconds(), "messages/s")
	})
}

// BenchmarkBare is a script that compares a version and sets as many bytes, with the same client: the baseline of W.
func BenchmarkBare(b *testing.B) {
	client := dial(b, singleServer(b).Address())
	const text = `local m = redis.call('HGET', KEYS[1], 'm')
if m and string.sub(m, 1, 4) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'm', ARGV[2], 's0', ARGV[3])
return 1`
	sha, err := client.Do(context.Background(), client.B().ScriptLoad().Script(text).Build()).ToString()
	if err != nil {
		b.Fatal(err)
	}
	prefix, groups := newPrefix(), bench.Groups(1000)
	meta, states := string(make([]byte, 78)), string(make([]byte, 350))
	var next atomic.Int64
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			key := prefix + groups[next.Add(1)%1000]
			err := client.Do(context.Background(), client.B().Evalsha().Sha1(sha).Numkeys(1).Key(key).Arg(meta[:4], meta, states).Build()).Error()
			if err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
