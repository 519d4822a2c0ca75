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

// together is a load of calls by some goroutines.
func together(goroutines int, call func(i int) error) load {
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
	name string
	load load
	each int           // data in a call
	cpu  []cpu         // where it costs processor time
	time time.Duration // on the clock
	data int
}

// rate is data a second.
func (e *entry) rate() float64 { return float64(e.data) / e.time.Seconds() }

// turns is how many parts a comparison has.
const turns = 10

// inTurns has every load make b.N calls, a part of them at a time and one load after the other, so that all meet
// whatever else the machine does. It reports what each took, and how fast the first is beside the second; the
// benchmark's time is that of the first.
func inTurns(b *testing.B, entries ...*entry) {
	b.Helper()
	b.ResetTimer()
	b.StopTimer()
	for done, turn := 0, 1; turn <= turns; turn++ {
		n := b.N*turn/turns - done
		done += n
		for i, e := range entries {
			e.turn(b, n, i == 0)
		}
	}
	for _, e := range entries {
		e.report(b)
	}
	if len(entries) > 1 {
		b.ReportMetric(entries[0].rate()/entries[1].rate(), "of-"+entries[1].name)
	}
}

// turn makes a part of the calls.
func (e *entry) turn(b *testing.B, n int, timed bool) {
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
	e.data += n * e.each
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
		b.ReportMetric(e.cpu[i].used.Seconds()*1e6/float64(e.data), e.cpu[i].where+"-µs/"+strings.TrimSuffix(e.name, "s"))
	}
}
