package cachetest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// Benchmark measures caches made by open, on a Backing in memory that costs little: what a call costs
// alone, from many goroutines on one group and on many, and in batches.
func Benchmark(b *testing.B, open func() cache.Cache, f Features) {
	run := func(b *testing.B, backing func() cache.BackingStore) {
		b.Run("one", func(b *testing.B) { benchmarkOne(b, startedCache(b, open(), backing())) })
		b.Run("hot", func(b *testing.B) { benchmarkParallel(b, startedCache(b, open(), backing()), 1) })
		b.Run("many", func(b *testing.B) { benchmarkParallel(b, startedCache(b, open(), backing()), 1000) })
		b.Run("batch", func(b *testing.B) { benchmarkBatch(b, startedCache(b, open(), backing())) })
	}
	b.Run("backing", func(b *testing.B) {
		run(b, func() cache.BackingStore { return newFaultyStore() })
	})
	if f.MemoryOnly {
		b.Run("alone", func(b *testing.B) {
			run(b, func() cache.BackingStore { return nil })
		})
	}
}

// startedCache is a cache that is ready.
func startedCache(b *testing.B, c cache.Cache, backing cache.BackingStore) cache.Cache {
	b.Helper()
	start(b, c, backing)
	return c
}

// cheapTask is a Task that costs next to nothing itself: what is measured is the cache.
type cheapTask struct{ name string }

// Group implements cache.Task.
func (t *cheapTask) Group() string { return t.name }

// ID implements cache.Task.
func (t *cheapTask) ID() string { return "" }

// Apply implements cache.Task.
func (t *cheapTask) Apply(g *group.Group, _ *record.MessageID) *record.MessageID {
	if g.Len() == 0 {
		_, _ = g.Add(total, 0) // cannot fail: there is none of that name
	}
	_, _ = g.Edit("total", 0, unchanged)
	return nil
}

// Done implements cache.Task.
func (t *cheapTask) Done(error) {}

// cheapTasks are tasks for groups of their own.
func cheapTasks(n int) []cache.Task {
	tasks := make([]cache.Task, n)
	for i := range tasks {
		tasks[i] = &cheapTask{fmt.Sprint("g", i)}
	}
	return tasks
}

// unchanged is an edit after which the tracker is as before, and the group has another version.
func unchanged(d *tracker.Definition, s tracker.State) (*tracker.Definition, tracker.State, []tracker.Event, error) {
	return d, s, nil, nil
}

func finish(b *testing.B, c cache.Cache) {
	b.StopTimer()
	if err := c.Close(context.Background()); err != nil {
		b.Fatal(err)
	}
}

func benchmarkOne(b *testing.B, c cache.Cache) {
	defer finish(b, c)
	tasks := cheapTasks(1)
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Update(context.Background(), tasks); err != nil {
			b.Fatal(err)
		}
	}
}

func benchmarkParallel(b *testing.B, c cache.Cache, groups int) {
	defer finish(b, c)
	tasks := cheapTasks(groups)
	var next atomic.Int64
	b.ReportAllocs()
	b.SetParallelism(64)
	b.RunParallel(func(pb *testing.PB) {
		one := make([]cache.Task, 1)
		for pb.Next() {
			one[0] = tasks[next.Add(1)%int64(groups)]
			if err := c.Update(context.Background(), one); err != nil {
				b.Error(err)
			}
		}
	})
}

func benchmarkBatch(b *testing.B, c cache.Cache) {
	defer finish(b, c)
	tasks := cheapTasks(1000)
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Update(context.Background(), tasks); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*float64(len(tasks))/b.Elapsed().Seconds(), "tasks/s")
}
