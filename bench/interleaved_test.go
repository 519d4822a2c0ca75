package bench_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// callers is how many goroutines the loads on shared servers have.
const callers = 64

// load makes n calls, by as many goroutines as it likes, and returns when all are answered.
type load func(n int) error

// concurrently is a load whose calls several goroutines make.
func concurrently(goroutines int, call func(i int) error) load {
	return func(n int) error {
		var next atomic.Int64
		var failed atomic.Pointer[error]
		var all sync.WaitGroup
		for range min(goroutines, n) {
			all.Go(func() {
				for i := int(next.Add(1)); i <= n && failed.Load() == nil; i = int(next.Add(1)) {
					if err := call(i); err != nil {
						failed.Store(&err)
					}
				}
			})
		}
		all.Wait()
		if err := failed.Load(); err != nil {
			return *err
		}
		return nil
	}
}

// entry is a load in a comparison, and what it took.
type entry struct {
	name     string
	load     load
	each     int           // messages in a call
	cpu      []cpu         // where it costs processor time
	time     time.Duration // on the clock
	messages int
}

// rate is messages per second.
func (e *entry) rate() float64 { return float64(e.messages) / e.time.Seconds() }

// interleavedParts is the number of parts into which a comparison splits its calls.
const interleavedParts = 10

// interleaved runs b.N calls of each load, in parts that alternate between the loads, so that all meet
// whatever else the machine does. It reports what each took, and how fast the first is relative to the second; the
// benchmark's time is that of the first.
func interleaved(b *testing.B, entries ...*entry) {
	b.Helper()
	b.ResetTimer()
	b.StopTimer()
	for done, part := 0, 1; part <= interleavedParts; part++ {
		n := b.N*part/interleavedParts - done
		done += n
		for i, e := range entries {
			e.runPart(b, n, i == 0)
		}
	}
	for _, e := range entries {
		e.report(b)
	}
	if len(entries) > 1 {
		b.ReportMetric(entries[0].rate()/entries[1].rate(), "of-"+entries[1].name)
	}
}

// runPart makes a part of the calls.
func (e *entry) runPart(b *testing.B, n int, timed bool) {
	for i := range e.cpu {
		e.cpu[i].begin(b)
	}
	start := time.Now()
	if timed {
		b.StartTimer()
	}
	err := e.load(n)
	b.StopTimer()
	e.time += time.Since(start)
	e.messages += n * e.each
	if err != nil {
		b.Fatal(err)
	}
	for i := range e.cpu {
		e.cpu[i].end(b)
	}
}

func (e *entry) report(b *testing.B) {
	b.ReportMetric(e.rate(), e.name+"/s")
	for i := range e.cpu {
		b.ReportMetric(e.cpu[i].used.Seconds()*1e6/float64(e.messages), e.cpu[i].where+"-µs/"+strings.TrimSuffix(e.name, "s"))
	}
}
