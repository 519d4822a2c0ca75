package engine

import (
	"context"
	"runtime"
	"sync"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
)

// Batch is the messages that TrackBatch applies, and where it says what became of them. Its methods are called one at
// a time.
type Batch interface {
	// Len is the number of messages.
	Len() int
	// Message fills in message i. A message with an error is not applied.
	Message(i int, m *Message) error
	// Outcome is where to say what message i did.
	Outcome(i int) *Outcome
	// Done ends message i. With an error its Outcome is not filled in.
	Done(i int, r Reply, err error)
}

// TrackBatch applies many messages: those of one group in their order, those of different groups on all cores. Each is
// applied or fails by itself.
func (e *Engine) TrackBatch(ctx context.Context, messages Batch) {
	b := e.batch(messages)
	parallelFor(len(b.tasks), func(i int) {
		if t := &b.tasks[i]; t.err == nil {
			t.err = t.prepare()
		}
	})
	for i := range b.tasks {
		if b.tasks[i].err == nil {
			b.list = append(b.list, &b.tasks[i])
		}
	}
	err := e.update(ctx, b.list)
	e.deliver(b.list)
	listed := 0
	for i := range b.tasks {
		t := &b.tasks[i]
		if listed == len(b.list) || b.list[listed] != cache.Task(t) {
			messages.Done(i, Reply{}, t.err)
			continue
		}
		listed++
		reply, err := t.reply(messages.Outcome(i), err)
		messages.Done(i, reply, err)
	}
	e.recycleBatch(b, err)
}

// batch is the tasks of a batch of messages, to be used again.
type batch struct {
	tasks []task
	list  []cache.Task // of those that run
}

// batch makes the tasks of messages.
func (e *Engine) batch(messages Batch) *batch {
	n := messages.Len()
	b, _ := e.batches.Get().(*batch)
	if b == nil || cap(b.tasks) < n {
		b = &batch{make([]task, n), make([]cache.Task, 0, n)}
	}
	b.tasks = b.tasks[:n]
	var m Message
	for i := range b.tasks {
		m = Message{}
		t := &b.tasks[i]
		t.err = messages.Message(i, &m)
		t.deps, t.name, t.id, t.now = e.deps, m.Group, m.ID, m.Time
		t.call.Compile, t.call.Data = e.deps.compile, m.Data
	}
	return b
}

// maxBatch bounds the tasks that wait to be used again. It is what the command reads at once.
const maxBatch = 1 << 14

// recycleBatch gives a batch back, unless the cache may still work on it, as after an error of Update.
func (e *Engine) recycleBatch(b *batch, err error) {
	if err != nil || cap(b.tasks) > maxBatch {
		return
	}
	for i := range b.tasks {
		b.tasks[i] = task{call: group.TrackRequest{PackedBuffer: b.tasks[i].call.PackedBuffer[:0]}}
	}
	clear(b.list)
	b.list = b.list[:0]
	e.batches.Put(b)
}

// parallelThreshold is the number of steps from which other cores are worth waking.
const parallelThreshold = 64

// parallelFor calls do for each number below n, on all cores when there are many.
func parallelFor(n int, do func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n/parallelThreshold)
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
