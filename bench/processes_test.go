package bench_test

import (
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/testserver/redis"
)

// processes is how many share a Redis.
const processes = 4

// BenchmarkRedisFour is W(100) by four processes, each message into a random group, beside one process that does the
// same with as many goroutines.
func BenchmarkRedisFour(b *testing.B) { compareProcesses(b, groupCount()) }

// BenchmarkRedisHot is one group of a hundred trackers, which four processes track into, and beside it one process.
func BenchmarkRedisHot(b *testing.B) { compareProcesses(b, 1) }

func compareProcesses(b *testing.B, hot int) {
	s := must(b, volatile)
	client := dial(b, s)
	four, one := startWorkersOn(b, s, processes, hot), startWorkersOn(b, s, 1, hot)
	b.Run("processes", func(b *testing.B) {
		interleaved(b,
			&entry{name: "messages", load: four.track, each: 1, cpu: both(client, four.time)},
			&entry{name: "one", load: one.track, each: 1, cpu: both(client, one.time)})
	})
}

// startWorkersOn starts processes for groups of their own, of which some are hot.
func startWorkersOn(b *testing.B, s *redis.Server, processes, hot int) *workers {
	b.Helper()
	prefix := space()
	_, groups := openW(b, 100, dictrack.Options{Cache: openRedis(b, s.URL(), prefix), DisableTimers: true})
	return startWorkers(b, processes, workerConfig{URL: s.URL(), Prefix: prefix, Groups: groups[:hot], Goroutines: callers})
}
