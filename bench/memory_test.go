package bench_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/bench"
	"github.com/dictrack/dictrack/tracker"
)

// BenchmarkMemory is W(n) in memory: 1,000 groups with sets of their own, one goroutine.
func BenchmarkMemory(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("W%d", n), func(b *testing.B) {
			m, groups := openW(b, n, dictrack.Options{DisableTimers: true})
			stream := bench.Stream(1024, bench.Seeded())
			ctx := context.Background()
			b.Run("map", func(b *testing.B) {
				run(b, func(i int) error {
					_, err := m.Track(ctx, dictrack.Message{Group: groups[i%len(groups)], Data: stream[i%len(stream)].Map})
					return err
				})
			})
			b.Run("validated", func(b *testing.B) { trackTexts(b, m, groups, stream, false) })
			b.Run("trusted", func(b *testing.B) { trackTexts(b, m, groups, stream, true) })
		})
	}
}

// trackTexts tracks JSON, a group after the other.
func trackTexts(b *testing.B, m *dictrack.Manager, groups []string, stream []bench.Data, trusted bool) {
	run(b, func(i int) error {
		_, err := m.Track(context.Background(), dictrack.Message{Group: groups[i%len(groups)], JSON: stream[i%len(stream)].JSON, SkipValidation: trusted})
		return err
	})
}

// run measures one call after another, and the memory that they allocate.
func run(b *testing.B, call func(i int) error) {
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := call(i); err != nil {
			b.Fatal(err)
		}
	}
}

// groupCount is how many groups the loads have: 1,000, unless they are only to be seen working.
func groupCount() int {
	if small() {
		return 100
	}
	return 1000
}

// openW opens a Manager with groups of n random trackers each, all loaded.
func openW(b *testing.B, n int, o dictrack.Options) (*dictrack.Manager, []string) {
	b.Helper()
	random, groups := bench.Seeded(), bench.Groups(groupCount())
	return openWith(b, o, groups, func() []tracker.Spec { return bench.Set(n, random) }), groups
}

// openWith opens a Manager with groups that each get a set, all loaded.
func openWith(b *testing.B, o dictrack.Options, groups []string, set func() []tracker.Spec) *dictrack.Manager {
	b.Helper()
	ctx := context.Background()
	m, err := dictrack.Open(ctx, o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := m.Close(ctx); err != nil {
			b.Error(err)
		}
	})
	warm := bench.Stream(1, bench.Seeded())[0]
	for _, g := range groups {
		if err := m.Add(ctx, g, set()...); err != nil {
			b.Fatal(err)
		}
		if _, err := m.Track(ctx, dictrack.Message{Group: g, Data: warm.Map}); err != nil {
			b.Fatal(err)
		}
	}
	return m
}
