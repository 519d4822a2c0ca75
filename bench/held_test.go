package bench_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/bench"
	"github.com/dictrack/dictrack/store/memorystore"
)

// reduced is how many groups or trackers a load of n has: n, or few when it is only to be seen working under its name.
func reduced(n int) int {
	if small() {
		return min(n, 1000)
	}
	return n
}

// openQ opens a Manager with the template of 100 trackers that all groups of Q have.
func openQ(b *testing.B, o dictrack.Options) *dictrack.Manager {
	b.Helper()
	m, err := dictrack.Open(context.Background(), o)
	if err == nil {
		err = m.SetTemplate("q", bench.Set(100, bench.Seeded())...)
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = m.Close(context.Background()) })
	return m
}

// feed tracks one message for each group.
func feed(b *testing.B, m *dictrack.Manager, groups []string, stream []bench.Data) {
	b.Helper()
	for i, g := range groups {
		if _, err := m.Track(context.Background(), dictrack.Message{Group: g, JSON: stream[i%len(stream)].JSON}); err != nil {
			b.Fatal(err)
		}
	}
}

// inUse is the memory that is reachable.
func inUse() float64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return float64(s.HeapAlloc)
}

// BenchmarkHeld is Q in memory: many groups with one template of 100, a message for each, then one for a random group.
// It reports the bytes of a group with its states, and the resident memory of the process.
func BenchmarkHeld(b *testing.B) {
	for n := 1000; n <= 1_000_000; n *= 10 {
		b.Run(fmt.Sprintf("groups=%d", n), func(b *testing.B) {
			groups := bench.Groups(reduced(n))
			m := openQ(b, dictrack.Options{DisableTimers: true})
			hold(b, m, groups, func() { feed(b, m, groups, bench.Stream(1024, bench.Seeded())) })
		})
	}
}

// BenchmarkOwn is as many groups, each with a random set of 100 trackers of its own.
func BenchmarkOwn(b *testing.B) {
	for n := 1000; n <= 100_000; n *= 10 {
		b.Run(fmt.Sprintf("groups=%d", n), func(b *testing.B) {
			groups, random := bench.Groups(reduced(n)), bench.Seeded()
			m := openWith(b, dictrack.Options{DisableTimers: true}, nil, nil)
			hold(b, m, groups, func() {
				for _, g := range groups {
					if err := m.Add(context.Background(), g, bench.Set(100, random)...); err != nil {
						b.Fatal(err)
					}
				}
				feed(b, m, groups, bench.Stream(1024, bench.Seeded()))
			})
		})
	}
}

// hold measures what groups take once they are filled, and then messages for random ones in each mode. The memory that the
// process has is looked at last, so that garbage counts.
func hold(b *testing.B, m *dictrack.Manager, groups []string, fill func()) {
	debug.FreeOSMemory() // of the load before
	before := inUse()
	fill()
	bytes := (inUse() - before) / float64(len(groups))
	for _, mode := range []string{"validated", "trusted"} {
		b.Run(mode, func(b *testing.B) {
			random := rand.New(rand.NewPCG(3, 4))
			trackRandom(b, m, len(groups), random, mode == "trusted")
			b.ReportMetric(bytes, "bytes/group")
			b.ReportMetric(bytes/100, "bytes/tracker")
			b.ReportMetric(float64(resident(b))/1e9, "resident-GB")
		})
	}
	runtime.KeepAlive(m)
}

// trackRandom tracks messages for random groups out of n. It makes each name anew, as a request brings it: a list of so many
// would be two more loads of memory that nobody else has.
func trackRandom(b *testing.B, m *dictrack.Manager, n int, random *rand.Rand, trusted bool) {
	stream := bench.Stream(1024, bench.Seeded())
	run(b, func(i int) error {
		_, err := m.Track(context.Background(), dictrack.Message{Group: bench.Group(random.IntN(n)), JSON: stream[i%len(stream)].JSON, SkipValidation: trusted})
		return err
	})
}

// BenchmarkEvicted is Q over a store, when a tenth of the groups fit into memory: most messages load their group again.
func BenchmarkEvicted(b *testing.B) {
	n := reduced(10_000)
	groups := bench.Groups(n)
	m := openQ(b, dictrack.Options{DisableTimers: true, Store: memorystore.New(), MaxGroups: n / 10})
	feed(b, m, groups, bench.Stream(1024, bench.Seeded()))
	trackRandom(b, m, n, rand.New(rand.NewPCG(3, 4)), false)
}
