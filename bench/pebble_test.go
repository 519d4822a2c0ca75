package bench_test

import (
	"context"
	"encoding/binary"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/bench"
	"github.com/dictrack/dictrack/cache/writebehind"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/pebblestore"
)

// goroutines is how many callers the durable loads have; SetParallelism multiplies it by the cores.
const goroutines = 128

// BenchmarkDurable is W(100) on pebblestore, every call answered after its fsync, and beside it what
// Pebble alone does with as many bytes a commit on the same disk.
func BenchmarkDurable(b *testing.B) {
	var bytes int
	b.Run("W100", func(b *testing.B) { bytes = durable(b, dictrack.Options{}) })
	b.Run("plain", func(b *testing.B) { plainPebble(b, max(bytes, 1)) })
}

// BenchmarkBehind is the same with a cache that writes behind, within its default bounds.
func BenchmarkBehind(b *testing.B) {
	b.Run("W100", func(b *testing.B) {
		durable(b, dictrack.Options{Cache: writebehind.New(writebehind.Options{})})
	})
}

// durable measures the Manager and returns the mean bytes of a change.
func durable(b *testing.B, o dictrack.Options) int {
	ctx := context.Background()
	s, err := pebblestore.Open(ctx, b.TempDir(), pebblestore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	counted := &counting{Store: s}
	o.Store, o.DisableTimers = counted, true
	m, groups := openW(b, 100, o)
	stream := bench.Stream(1024, bench.Seeded())
	counted.bytes.Store(0)
	counted.changes.Store(0)
	var next atomic.Int64
	b.SetParallelism(goroutines / 2)
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			i := int(next.Add(1))
			if _, err := m.Track(ctx, dictrack.Message{Group: groups[i*7919%len(groups)], JSON: stream[i%len(stream)].JSON}); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.StopTimer()
	changes := counted.changes.Load()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	b.ReportMetric(float64(counted.bytes.Load())/float64(max(changes, 1)), "bytes/commit")
	return int(counted.bytes.Load() / max(changes, 1))
}

// counting adds up what is committed.
type counting struct {
	store.Store
	bytes, changes atomic.Int64
}

// overhead is what a group's record has besides the states: key, version, due time, count, checksum.
const overhead = 40

func (c *counting) Commit(ctx context.Context, changes []*record.Change) error {
	for _, change := range changes {
		n := overhead
		for _, part := range change.Chunks {
			n += len(part.States)
		}
		c.bytes.Add(int64(n))
	}
	c.changes.Add(int64(len(changes)))
	return c.Store.Commit(ctx, changes)
}

// plainPebble measures synced commits of one record each.
func plainPebble(b *testing.B, bytes int) {
	db, err := pebble.Open(b.TempDir(), &pebble.Options{Logger: quiet{}})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var next atomic.Int64
	b.SetParallelism(goroutines / 2)
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		key, value := make([]byte, 8), make([]byte, bytes)
		for p.Next() {
			binary.BigEndian.PutUint64(key, uint64(next.Add(1))%1000)
			if err := db.Set(key, value, pebble.Sync); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

type quiet struct{ pebble.Logger }

func (quiet) Infof(string, ...any)  {}
func (quiet) Errorf(string, ...any) {}
