package bench_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/bench"
)

// BenchmarkParallel is W(100) in memory, raw JSON, by as many goroutines as there are cores: compare -cpu 1 and more.
func BenchmarkParallel(b *testing.B) {
	m, groups := openW(b, 100, dictrack.Options{ManualSweep: true})
	stream := bench.Stream(1024, bench.Seeded())
	ctx := context.Background()
	var walkers atomic.Int64
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for i := int(walkers.Add(1)) * 389; p.Next(); i++ { // each starts elsewhere
			if _, err := m.TrackJSON(ctx, groups[i*7919%len(groups)], stream[i%len(stream)].JSON); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "data/s")
}
