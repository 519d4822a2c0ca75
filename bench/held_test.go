package bench_test

import (
	"context"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/bench"
	"github.com/dictrack/dictrack/store/memorystore"
)

// scaled is how many groups the loads of many groups have: DICTRACK_BENCH says small, or full for the million of Q.
func scaled() int {
	switch os.Getenv("DICTRACK_BENCH") {
	case "small":
		return 1_000
	case "full":
		return 1_000_000
	}
	return 100_000
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

// feed tracks one data for each group.
func feed(b *testing.B, m *dictrack.Manager, groups []string, stream []bench.Data) {
	b.Helper()
	for i, g := range groups {
		if _, err := m.TrackJSON(context.Background(), g, stream[i%len(stream)].JSON); err != nil {
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

// BenchmarkHeld is Q in memory: many groups with one template of 100, a data for each, then a data for a random group.
// It tells what a group takes, states and all.
func BenchmarkHeld(b *testing.B) {
	groups, stream := bench.Groups(scaled()), bench.Stream(1024, bench.Seeded())
	m := openQ(b, dictrack.Options{ManualSweep: true})
	before := inUse()
	feed(b, m, groups, stream)
	bytes := (inUse() - before) / float64(len(groups))
	random := rand.New(rand.NewPCG(3, 4)) // #nosec G404 -- a load, not a secret
	run(b, func(i int) error {
		_, err := m.TrackJSON(context.Background(), groups[random.IntN(len(groups))], stream[i%len(stream)].JSON)
		return err
	})
	b.ReportMetric(bytes, "bytes/group")
	runtime.KeepAlive(m)
}

// BenchmarkEvicted is Q over a store, when a tenth of the groups fit into memory: most data find their group gone.
func BenchmarkEvicted(b *testing.B) {
	n := scaled() / 10
	groups, stream := bench.Groups(n), bench.Stream(1024, bench.Seeded())
	m := openQ(b, dictrack.Options{ManualSweep: true, Store: memorystore.New(), MaxGroups: n / 10})
	feed(b, m, groups, stream)
	random := rand.New(rand.NewPCG(3, 4)) // #nosec G404 -- a load, not a secret
	run(b, func(i int) error {
		_, err := m.TrackJSON(context.Background(), groups[random.IntN(n)], stream[i%len(stream)].JSON)
		return err
	})
}
