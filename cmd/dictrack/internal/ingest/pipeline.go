// Package ingest reads messages from files and streams and tracks them, in batches and in order.
//
// One goroutine reads ahead, splits the input into records, and extracts group, id and time of each. Another one tracks a
// batch, emits its events, and applies the clock. A batch depends only on the bytes of its source, unless the source is a
// stream that pauses, so the same input gives the same events in the same order.
package ingest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/input"
)

// ErrStopped means that a strict Pipeline stopped at a record that was rejected. The messages before it were tracked.
var ErrStopped = errors.New("stopped at a line that was rejected")

// Pipeline tracks the messages of Sources. All fields but Progress are required.
type Pipeline struct {
	// Manager has the trackers as templates, timers disabled, and Clock as its clock.
	Manager *dictrack.Manager
	Clock   *Clock
	Sources []*input.Source
	Fields  Fields
	// Strict ends the run at the first record that is rejected.
	Strict bool
	// Trusted says that the Sources are known to be valid JSON, so that parts that no tracker uses are not validated.
	Trusted bool

	// Event is called for each event except EventAdded and EventRemoved. An error ends the run.
	Event func(*dictrack.Event) error
	// Flush is called after the events of a batch, and at the end. An error ends the run.
	Flush func() error
	// Reject is called for each record that is rejected.
	Reject func(source string, line int, reason error)
	// Progress is called with the number of bytes read, after each batch.
	Progress func(bytes int64)
}

// gcBallast is a large allocation that is never written, and so takes no memory. It raises the heap size at which the
// garbage collector starts: most runs use so little memory that a third of the time would go into collections.
var gcBallast = sync.OnceValue(func() []byte { return make([]byte, 64<<20) })

// tickInterval is how often the clock is applied while no messages arrive.
const tickInterval = time.Second

// Run tracks all sources. When ctx ends, it stops reading, finishes the batches that were read, and returns the error of
// ctx. Other errors are ErrStopped, those of Event and Flush, or name the source or line that failed; messages tracked
// before still count. The Summary is valid in every case.
func (r *Pipeline) Run(ctx context.Context) (Summary, error) {
	s := &run{Pipeline: r, summary: Summary{Events: Counts{}}, started: time.Now()}
	defer runtime.KeepAlive(gcBallast())
	reading, stop := context.WithCancel(ctx)
	defer stop()
	in := newReader(r)
	go in.run(reading)
	err := s.loop(context.WithoutCancel(ctx), ctx.Done(), in)
	if flushed := r.Flush(); !errors.Is(err, flushed) {
		err = errors.Join(err, flushed)
	}
	if err == nil {
		err = ctx.Err()
	}
	s.summary.Elapsed = time.Since(s.started)
	return s.summary, err
}

// run is the state of Pipeline.Run.
type run struct {
	*Pipeline
	summary Summary
	started time.Time
	results []dictrack.BatchResult // reused for each batch
}

// timeFromData reports whether the time comes from the messages.
func (s *run) timeFromData() bool { return isSet(s.Fields.Time) }

// loop tracks batches until the last one, or until stop is closed. A batch is never interrupted: ctx does not end.
func (s *run) loop(ctx context.Context, stop <-chan struct{}, in *reader) error {
	ticks := time.NewTicker(tickInterval)
	defer ticks.Stop()
	for {
		var err error
		select {
		case b, ok := <-in.ready:
			if !ok {
				return s.sweepAndFlush(ctx)
			}
			if err = s.trackBatch(ctx, b); err == nil {
				in.free <- b
			}
		case <-ticks.C:
			err = s.sweepAndFlush(ctx)
		case <-stop:
			return s.trackReady(ctx, in)
		}
		if err != nil {
			return err
		}
	}
}

// trackReady tracks the batch that is ready, if there is one.
func (s *run) trackReady(ctx context.Context, in *reader) error {
	select {
	case b, ok := <-in.ready:
		if ok {
			return s.trackBatch(ctx, b)
		}
	default:
	}
	return nil
}

// sweepAndFlush applies the clock while no messages arrive. It does nothing when the time comes from the messages.
func (s *run) sweepAndFlush(ctx context.Context) error {
	if s.timeFromData() {
		return nil
	}
	s.Clock.set(time.Now())
	return errors.Join(s.sweep(ctx), s.Flush())
}

// trackBatch tracks one batch and emits its events.
func (s *run) trackBatch(ctx context.Context, b *batch) error {
	if err := s.trackParts(ctx, b); err != nil {
		return err
	}
	if s.timeFromData() && len(b.messages) > 0 {
		if err := s.sweep(ctx); err != nil {
			return err
		}
	}
	if s.Progress != nil {
		s.Progress(b.bytes)
	}
	if b.err != nil && !errors.Is(b.err, context.Canceled) {
		return fmt.Errorf("%s: %w", b.source, b.err)
	}
	return s.Flush()
}
