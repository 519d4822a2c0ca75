package dictrack

import (
	"context"
	"slices"

	"github.com/dictrack/dictrack/internal/engine"
)

// BatchResult is what one message of a batch did.
type BatchResult struct {
	// Result is empty, but for its Group, when there is an error.
	Result
	// Err is nil when the message was applied; otherwise it is what Track would return.
	Err error
}

// TrackBatch applies many messages: those of one group in their order, those of different groups on all cores. It joins
// what they change into as few commits as possible. Each message is applied or fails by itself; the results, one for
// each message and in their order, say which.
func (m *Manager) TrackBatch(ctx context.Context, messages []Message) []BatchResult {
	return m.TrackBatchInto(ctx, nil, messages)
}

// TrackBatchInto is TrackBatch for callers that track batch after batch: the results replace earlier ones, in their
// memory if that is large enough. Results may be nil.
func (m *Manager) TrackBatchInto(ctx context.Context, results []BatchResult, messages []Message) []BatchResult {
	if len(results) > len(messages) {
		clear(results[len(messages):]) // nobody looks at them, and they would keep memory alive
	}
	results = slices.Grow(results[:0], len(messages))[:len(messages)]
	done := m.options.Observer.tracked()
	b := &batch{now: m.now(), messages: messages, results: results}
	m.engine.TrackBatch(ctx, b)
	if done != nil {
		done(len(messages), b.failed)
	}
	return results
}

// batch is an engine.Batch.
type batch struct {
	now      int64
	messages []Message
	results  []BatchResult
	failed   int // messages that returned an error
}

var _ engine.Batch = (*batch)(nil)

// Len implements engine.Batch.
func (b *batch) Len() int { return len(b.messages) }

// Message implements engine.Batch.
func (b *batch) Message(i int, m *engine.Message) (err error) {
	*m, err = b.messages[i].engine(b.now)
	return err
}

// Outcome implements engine.Batch.
func (b *batch) Outcome(i int) *engine.Outcome { return &b.results[i].outcome }

// Done implements engine.Batch.
func (b *batch) Done(i int, reply engine.Reply, err error) {
	msg, r := &b.messages[i], &b.results[i]
	r.set(&engine.Message{Group: msg.Group, Time: msg.time(b.now)}, reply, err)
	r.Err = classify(err)
	b.failed += failures(err)
}
