// Package ingest reads data from files and streams and tracks it, in batches and in order.
//
// One goroutine reads ahead, cuts the input into records and finds each one's group, id and time; another tracks a
// batch, tells what happened, and does what the clock does. A batch depends only on the bytes of its source, unless
// that is a stream that pauses, so the same input gives the same events in the same order.
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

// ErrStopped says that a strict Run met a record that is refused. What was before it is tracked.
var ErrStopped = errors.New("stopped at a line that was rejected")

// Pipeline is what to track, and whom to tell. All fields are needed but Progress.
type Pipeline struct {
	// Manager has the trackers as templates, DisableTimers, and Clock for its clock.
	Manager *dictrack.Manager
	Clock   *Clock
	Sources []*input.Source
	Fields  Fields
	// Strict ends the Run at the first record that is refused.
	Strict bool
	// Trusted says that the Sources are known to be strict JSON, so that what nobody uses need not be checked.
	Trusted bool

	// Event is told what happened, but for trackers added and removed. An error ends the Run.
	Event func(*dictrack.Event) error
	// Flush is called after a batch's events, and at the end. An error ends the Run.
	Flush func() error
	// Reject is told of a record that is refused.
	Reject func(source string, line int, reason error)
	// Progress is told how many bytes were read, after each batch.
	Progress func(bytes int64)
}

// gcBallast is memory that is never touched, and so takes none. The garbage collector waits for as much garbage as there is
// memory in use, and in most runs that is so little that a third of the time would go into looking for garbage.
var gcBallast = sync.OnceValue(func() []byte { return make([]byte, 64<<20) })

// tickInterval is how often the clock is looked at while no data comes.
const tickInterval = time.Second

// Run tracks everything. When ctx ends, it stops reading, finishes what it has read, and returns ctx's error. Other
// errors are ErrStopped, those of Event and Flush, or say which source or line failed; what was tracked before is kept.
// The Summary is right in every case.
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

// run is a Run under way.
type run struct {
	*Pipeline
	summary Summary
	started time.Time
	results []dictrack.BatchResult // to be used again
}

// timeFromData tells whether the time comes from the data.
func (s *run) timeFromData() bool { return isSet(s.Fields.Time) }

// loop tracks batches as they come, until the last or until stop is closed. What has begun is not stopped: ctx does
// not end.
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

// sweepAndFlush does what the clock does while no data comes. It does nothing where only data moves the clock.
func (s *run) sweepAndFlush(ctx context.Context) error {
	if s.timeFromData() {
		return nil
	}
	s.Clock.set(time.Now())
	return errors.Join(s.sweep(ctx), s.Flush())
}

// trackBatch tracks one batch and tells what happened.
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
