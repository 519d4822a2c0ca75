package pebblestore

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// BenchmarkPlain measures Pebble with the bytes of BenchmarkStore's commits and nothing else around it:
// what a commit could cost at best.
func BenchmarkPlain(b *testing.B) {
	for _, goroutines := range []int{1, 16, 128} {
		b.Run(fmt.Sprintf("commit/goroutines=%d", goroutines), func(b *testing.B) { benchmarkPlain(b, goroutines, false) })
		b.Run(fmt.Sprintf("commit with id/goroutines=%d", goroutines), func(b *testing.B) { benchmarkPlain(b, goroutines, true) })
	}
}

func benchmarkPlain(b *testing.B, goroutines int, ids bool) {
	o := Options{}.withDefaults()
	opts := o.pebble(&disk{FS: vfs.Default, breaker: newBreaker(o.Logger, nil)})
	opts.FS = vfs.Default
	db, err := pebble.Open(b.TempDir(), opts)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	left := atomic.Int64{}
	left.Store(int64(b.N))
	var all sync.WaitGroup
	b.ResetTimer()
	for i := range goroutines {
		all.Go(func() {
			name := fmt.Sprintf("player-%06d", i)
			for n := left.Add(-1); n >= 0; n = left.Add(-1) {
				if err := plainCommit(db, name, n, ids); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}

// plainCommit writes what a commit of a hundred trackers comes to: 2 bytes each and the head.
func plainCommit(db *pebble.DB, name string, n int64, id bool) error {
	batch := db.NewBatch()
	put(batch, record{groupKey(name), make([]byte, 220)})
	if id {
		id := fmt.Sprintf("call-%013d", n)
		put(batch, record{seenKey(name, id), make([]byte, 30)})
		put(batch, record{expiryKey(n, name, id), make([]byte, 5)})
	}
	return batch.Commit(pebble.Sync)
}
