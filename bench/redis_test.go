package bench_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/bench"
	"github.com/dictrack/dictrack/cache/rediscache"
	"github.com/dictrack/dictrack/internal/testserver/redis"
)

// BenchmarkRedis is W(100) on a Redis of this machine: one process, 64 goroutines, one by one and in batches of 100,
// without persistence and with a log that is synced before each answer. Beside it, in the same run, is what a bare
// compare-and-set script does with as many bytes.
func BenchmarkRedis(b *testing.B) {
	b.Run("W100", func(b *testing.B) { beside(b, must(b, volatile)) })
	b.Run("W100synced", func(b *testing.B) { beside(b, must(b, synced)) })
}

// redisOptions are those of the loads. What is done now and then is done never, so that it is not measured.
func redisOptions(prefix string) rediscache.Options {
	return rediscache.Options{Prefix: prefix + ":", AllowNoPersistence: true, WriteBackInterval: time.Hour}
}

func openRedis(tb testing.TB, url, prefix string) *rediscache.Cache {
	tb.Helper()
	c, err := rediscache.Open(context.Background(), url, redisOptions(prefix))
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// beside measures calls on a Manager beside the bare script.
func beside(b *testing.B, s *redis.Server) {
	prefix, client := space(), dial(b, s)
	m, groups := openW(b, 100, dictrack.Options{Cache: openRedis(b, s.URL(), prefix), DisableTimers: true})
	plain := bare(b, client, prefix, written(b, client, prefix, groups[:10]))
	measure := func(name string, tracking load, each int) {
		b.Run(name, func(b *testing.B) {
			interleaved(b,
				&entry{name: "messages", load: tracking, each: each, cpu: both(client, ownTime)},
				&entry{name: "bare", load: func(n int) error { return plain(n * each) }, each: each, cpu: both(client, ownTime)})
		})
	}
	measure("one", one(m, groups), 1)
	measure("batch", hundred(m, groups), 100)
}

// one tracks messages one by one.
func one(m *dictrack.Manager, groups []string) load {
	stream := bench.Stream(1024, bench.Seeded())
	return concurrently(callers, func(i int) error {
		_, err := m.Track(context.Background(), dictrack.Message{Group: groups[i*7919%len(groups)], JSON: stream[i%len(stream)].JSON})
		return err
	})
}

// hundred tracks a hundred messages at once.
func hundred(m *dictrack.Manager, groups []string) load {
	stream := bench.Stream(1024, bench.Seeded())
	return concurrently(callers, func(i int) error {
		inputs := make([]dictrack.Message, 100)
		for n := range inputs {
			at := i*len(inputs) + n
			inputs[n] = dictrack.Message{Group: groups[at*7919%len(groups)], JSON: stream[at%len(stream)].JSON}
		}
		for _, out := range m.TrackBatch(context.Background(), inputs) {
			if out.Err != nil {
				return out.Err
			}
		}
		return nil
	})
}

// dial is a client like that of the cache.
func dial(tb testing.TB, s *redis.Server) rueidis.Client {
	tb.Helper()
	client, err := rueidis.NewClient(rueidis.ClientOption{
		InitAddress: []string{s.Address()}, DisableCache: true, DisableRetry: true, ForceSingleClient: true,
	})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(client.Close)
	return client
}

// written is the mean of the bytes that a commit writes into a group of one chunk: its head and its states.
func written(tb testing.TB, client rueidis.Client, prefix string, groups []string) int {
	tb.Helper()
	ctx, sum := context.Background(), int64(0)
	for _, g := range groups {
		keys, err := client.Do(ctx, client.B().Keys().Pattern(prefix+":*:g:"+g).Build()).AsStrSlice()
		if err != nil || len(keys) != 1 {
			tb.Fatalf("keys of group %s: %v %v", g, keys, err)
		}
		for _, field := range []string{"m", "s0"} {
			n, err := client.Do(ctx, client.B().Hstrlen().Key(keys[0]).Field(field).Build()).AsInt64()
			if err != nil || n == 0 {
				tb.Fatalf("%s of %s: %d bytes, %v", field, keys[0], n, err)
			}
			sum += n
		}
	}
	return int(sum) / len(groups)
}

// compareAndSet is the least that a commit can be: one field, whose version must be the one expected.
const compareAndSet = `local now = redis.call('HGET', KEYS[1], 'v')
if now and string.sub(now, 1, 16) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'v', ARGV[2])
return 1`

// bare is a load of compare and set, of so many bytes each, on as many keys as there are groups.
func bare(tb testing.TB, client rueidis.Client, prefix string, bytes int) load {
	tb.Helper()
	ctx := context.Background()
	sha, err := client.Do(ctx, client.B().ScriptLoad().Script(compareAndSet).Build()).ToString()
	if err != nil {
		tb.Fatal(err)
	}
	value, keys := random(bytes), bench.Groups(groupCount())
	for i := range keys {
		keys[i] = prefix + "-bare:" + keys[i]
	}
	return concurrently(callers, func(i int) error {
		key := keys[i*7919%len(keys)]
		return client.Do(ctx, client.B().Evalsha().Sha1(sha).Numkeys(1).Key(key).Arg(value[:16], value).Build()).Error()
	})
}

func random(n int) string {
	source := rand.NewChaCha8([32]byte{})
	var text strings.Builder
	for range n {
		text.WriteByte(byte(source.Uint64()))
	}
	return text.String()
}
