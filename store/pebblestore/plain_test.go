package pebblestore

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/dictrack/dictrack/group"
)

// BenchmarkPlain does what BenchmarkStore does, with plain Pebble in place of the Store: the same bytes,
// no checks, no checksums, nothing else around it. It is what a commit could cost at best.
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
	groups := make([]*group.Group, goroutines)
	for i := range groups {
		groups[i], _ = newGroup(b, fmt.Sprintf("player-%06d", i), 100)
	}
	left := atomic.Int64{}
	left.Store(int64(b.N))
	var all sync.WaitGroup
	b.ResetTimer()
	for _, g := range groups {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				if err := plainCommit(db, g, ids); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}

func plainCommit(db *pebble.DB, g *group.Group, id bool) error {
	c, err := track(g, int(g.Version()%100))
	if err != nil {
		return err
	}
	batch := db.NewBatch()
	head := append(make([]byte, 15), c.Chunks[0].States...)
	put(batch, kv{groupKey(c.Group), head})
	if id {
		id := fmt.Sprintf("call-%013d", g.Version())
		put(batch, kv{messageIDKey(c.Group, id), make([]byte, 30)})
		put(batch, kv{expiryKey(now, c.Group, id), make([]byte, 5)})
	}
	return batch.Commit(pebble.Sync)
}
