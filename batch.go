package dictrack

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
)

// Input is one data of a batch: Data, or JSON when Data is nil.
type Input struct {
	Group string
	Data  map[string]any
	JSON  []byte
	ID    string    // makes it happen once; empty: no such promise
	At    time.Time // zero: the Manager's clock
	// Trusted is for JSON what the option Trusted is for TrackJSON.
	Trusted bool
}

// Output is what an Input did. Err is nil when it was applied.
type Output struct {
	Result
	Err error
}

// TrackBatch applies many data, those of one group in their order and those of different groups on all cores, and joins
// what they change into as few commits as possible. It is atomic for each Input, not for the batch: the outputs, one
// for each input and in their order, say what became of each.
func (m *Manager) TrackBatch(ctx context.Context, inputs []Input) []Output {
	return m.TrackBatchInto(ctx, nil, inputs)
}

// TrackBatchInto is TrackBatch for those who track batch after batch: the outputs are in the memory of earlier ones, which
// they replace, if that is large enough. Outputs may be nil.
func (m *Manager) TrackBatchInto(ctx context.Context, outputs []Output, inputs []Input) []Output {
	if len(outputs) > len(inputs) {
		clear(outputs[len(inputs):]) // nobody looks at them, and they would keep what they hold
	}
	outputs = slices.Grow(outputs[:0], len(inputs))[:len(inputs)]
	b := m.batch(inputs)
	share(len(inputs), func(i int) { outputs[i].Err = b.tasks[i].prepare() })
	for i := range outputs {
		if outputs[i].Err == nil {
			b.list = append(b.list, &b.tasks[i])
		}
	}
	err := m.update(ctx, b.list)
	for i := range outputs {
		o := &outputs[i]
		if o.Err == nil {
			o.Err = b.tasks[i].result(&o.Result, err)
		}
		if o.Err != nil {
			o.Result = Result{}
		}
	}
	m.putBatch(b, err)
	return outputs
}

// batch is many tasks, to be used again.
type batch struct {
	tasks []task
	list  []cache.Task // of those that run
}

// batch makes the tasks of inputs, all at one time.
func (m *Manager) batch(inputs []Input) *batch {
	b := m.batches.Get().(*batch)
	if cap(b.tasks) < len(inputs) {
		*b = batch{make([]task, len(inputs)), make([]cache.Task, 0, len(inputs))}
	}
	b.tasks = b.tasks[:len(inputs)]
	now := m.now()
	for i := range inputs {
		in, t := &inputs[i], &b.tasks[i]
		t.m, t.name, t.id, t.now = m, in.Group, in.ID, now
		if !in.At.IsZero() {
			t.now = in.At.UnixMilli()
		}
		t.call.Compile = m.compiler
		t.call.Data = match.Data{Map: in.Data, JSON: in.JSON, Trusted: in.Trusted}
	}
	return b
}

// maxBatch bounds the tasks that wait to be used again. It takes what the command reads at once.
const maxBatch = 1 << 14

// putBatch gives a batch back, unless a runner may still work on it, as after an error of Update.
func (m *Manager) putBatch(b *batch, err error) {
	if err != nil || cap(b.tasks) > maxBatch {
		return
	}
	for i := range b.tasks {
		b.tasks[i] = task{call: group.Call{Moved: b.tasks[i].call.Moved[:0]}}
	}
	clear(b.list)
	b.list = b.list[:0]
	m.batches.Put(b)
}

// shareFrom is the number of things to do from which other cores are worth waking.
const shareFrom = 64

// share does something for each number below n, on all cores when there are many.
func share(n int, do func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n/shareFrom)
	if workers < 2 {
		for i := range n {
			do(i)
		}
		return
	}
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w * n / workers; i < (w+1)*n/workers; i++ {
				do(i)
			}
		})
	}
	all.Wait()
}
