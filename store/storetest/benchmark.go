package storetest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
)

// Benchmark measures an adapter: commits to groups of a hundred trackers, of which a message moved one, from one
// goroutine and from many, with and without a message id; and loads of such groups.
func Benchmark(b *testing.B, open Opener) {
	for _, goroutines := range []int{1, 16, 128} {
		b.Run(fmt.Sprintf("commit/goroutines=%d", goroutines), func(b *testing.B) { benchmarkCommit(b, open, goroutines, false) })
		b.Run(fmt.Sprintf("commit with id/goroutines=%d", goroutines), func(b *testing.B) { benchmarkCommit(b, open, goroutines, true) })
	}
	b.Run("load/trackers=100", func(b *testing.B) { benchmarkLoad(b, open) })
}

// benchmarkCommit gives every goroutine a group of its own.
func benchmarkCommit(b *testing.B, open Opener, goroutines int, ids bool) {
	s := newSession(b, open)
	groups := s.newBenchmarkGroups(goroutines)
	remaining := atomic.Int64{}
	remaining.Store(int64(b.N))
	failures := make([]error, goroutines)
	var all sync.WaitGroup
	b.ResetTimer()
	for i, g := range groups {
		all.Go(func() {
			for remaining.Add(-1) >= 0 && failures[i] == nil {
				failures[i] = commitOne(b.Context(), s.store, g, ids)
			}
		})
	}
	all.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
	for _, err := range failures {
		if err != nil {
			b.Fatal(err)
		}
	}
}

func commitOne(ctx context.Context, st store.Store, g *group.Group, id bool) error {
	var c *record.Change
	var err error
	if id {
		c, err = trackWithID(g, int(g.Version()%100), record.MessageID{ID: fmt.Sprintf("call-%013d", g.Version()), Expires: now})
	} else {
		c, err = trackEach(g, int(g.Version()%100))
	}
	if err != nil {
		return err
	}
	return st.Commit(ctx, []*record.Change{c})
}

// newBenchmarkGroups commits n groups of a hundred trackers each.
func (s *session) newBenchmarkGroups(n int) []*group.Group {
	s.Helper()
	groups, changes := make([]*group.Group, n), make([]*record.Change, n)
	for i := range groups {
		groups[i] = group.New(fmt.Sprintf("player-%06d", i), 0)
		changes[i] = s.addTrackers(groups[i], counters(100)...)
	}
	s.commit(changes...)
	return groups
}

func benchmarkLoad(b *testing.B, open Opener) {
	s := newSession(b, open)
	groups := s.newBenchmarkGroups(200)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if _, err := s.store.Load(b.Context(), groups[i%len(groups)].Name()); err != nil {
			b.Fatal(err)
		}
	}
}
