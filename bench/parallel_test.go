package bench_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/bench"
)

// BenchmarkParallel is W(100) in memory, raw JSON, by as many goroutines as it lets Go use cores: each on all groups, and
// each on groups of its own, as those have who read partitions of a stream.
func BenchmarkParallel(b *testing.B) {
	m, groups := openW(b, 100, dictrack.Options{DisableTimers: true})
	for cores := 1; cores <= runtime.NumCPU(); cores *= 2 {
		for _, of := range []struct {
			name  string
			parts int
		}{{"cores", 1}, {"apart", cores}} {
			b.Run(fmt.Sprintf("%s=%d", of.name, cores), func(b *testing.B) {
				defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
				parallel(b, m, groups, of.parts)
			})
		}
	}
}

// BenchmarkCores is what as many cores give to arithmetic alone, which shares nothing. It keeps all units of a core busy:
// two virtual cores may be two threads of one, and then this does not scale either.
func BenchmarkCores(b *testing.B) {
	for cores := 1; cores <= runtime.NumCPU(); cores *= 2 {
		b.Run(fmt.Sprintf("cores=%d", cores), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
			var sum atomic.Uint64
			b.RunParallel(func(p *testing.PB) {
				var x [8]uint64
				for p.Next() {
					for i := range uint64(1000) {
						x[0], x[1], x[2], x[3] = x[0]+i, x[1]^i, x[2]-i, x[3]+i
						x[4], x[5], x[6], x[7] = x[4]^i, x[5]+i, x[6]-i, x[7]^i
					}
				}
				sum.Add(x[0] + x[1] + x[2] + x[3] + x[4] + x[5] + x[6] + x[7])
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sums/s")
		})
	}
}

func parallel(b *testing.B, m *dictrack.Manager, groups []string, parts int) {
	stream := bench.Stream(1024, bench.Seeded())
	var walkers atomic.Uint64
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		// Each at random: in one order they would meet, and then go on side by side, both on the same group at all times.
		walker := walkers.Add(1)
		random := rand.New(rand.NewPCG(3, walker)) // #nosec G404 -- a load
		part := int(walker) % parts * len(groups) / parts
		for i := 0; p.Next(); i++ {
			if _, err := m.Track(context.Background(), dictrack.Message{Group: groups[part+random.IntN(len(groups)/parts)], JSON: stream[i%len(stream)].JSON}); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
