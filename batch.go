package dictrack

import (
	"context"
	"slices"
	"time"

	"github.com/dictrack/dictrack/internal/engine"
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
	m.engine.TrackBatch(ctx, &batch{now: m.now(), inputs: inputs, outputs: outputs})
	return outputs
}

// batch is an engine.Batch.
type batch struct {
	now     int64
	inputs  []Input
	outputs []Output
}

var _ engine.Batch = (*batch)(nil)

// Len implements engine.Batch.
func (b *batch) Len() int { return len(b.inputs) }

// Message implements engine.Batch.
func (b *batch) Message(i int, m *engine.Message) {
	in := &b.inputs[i]
	m.Group, m.ID, m.Time = in.Group, in.ID, b.time(in)
	m.Data = match.Data{Map: in.Data, JSON: in.JSON, Trusted: in.Trusted}
}

// time is when an input happens.
func (b *batch) time(in *Input) int64 {
	if in.At.IsZero() {
		return b.now
	}
	return in.At.UnixMilli()
}

// Outcome implements engine.Batch.
func (b *batch) Outcome(i int) *engine.Outcome { return &b.outputs[i].outcome }

// Done implements engine.Batch.
func (b *batch) Done(i int, reply engine.Reply, err error) {
	in, out := &b.inputs[i], &b.outputs[i]
	if err != nil {
		*out = Output{Err: err}
		return
	}
	out.Err = nil
	out.Group, out.Version, out.Duplicate, out.now = in.Group, reply.Version, reply.Duplicate, b.time(in)
}
