package bench_test

import (
	"testing"
	"time"

	"github.com/dictrack/dictrack/internal/testprocess"
)

// workers are processes that track into the same groups.
type workers struct {
	processes []*testprocess.Process
	used      time.Duration // processor time
}

// startWorkers starts n workers that share the goroutines, and ends them with the benchmark.
func startWorkers(b *testing.B, n int, c workerConfig) *workers {
	b.Helper()
	c.Goroutines /= n
	w := &workers{}
	b.Cleanup(func() { w.stop(b) })
	for range n {
		p, err := testprocess.Start(roleWorker, c)
		if err != nil {
			b.Fatal(err)
		}
		w.processes = append(w.processes, p)
	}
	for _, p := range w.processes {
		if err := p.Scanf("ready"); err != nil {
			b.Fatal(err)
		}
	}
	return w
}

// track is a load: n messages, shared among the workers.
func (w *workers) track(n int) error {
	for i, p := range w.processes {
		part := n*(i+1)/len(w.processes) - n*i/len(w.processes)
		if err := p.Send(part); err != nil {
			return err
		}
	}
	for _, p := range w.processes {
		var used int64
		if err := p.Scanf("done %d", &used); err != nil {
			return err
		}
		w.used += time.Duration(used) * time.Microsecond
	}
	return nil
}

// time is the processor time that the workers have used for messages.
func (w *workers) time() (time.Duration, error) { return w.used, nil }

// stop lets the workers end.
func (w *workers) stop(b *testing.B) {
	for _, p := range w.processes {
		p.CloseInput()
	}
	for _, p := range w.processes {
		if err := p.Wait(); err != nil {
			b.Errorf("a worker: %v", err)
		}
	}
}
