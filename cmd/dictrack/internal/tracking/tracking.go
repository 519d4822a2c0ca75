// Package tracking reads data from files and streams and tracks it, in batches and in order.
//
// One goroutine reads ahead, cuts the input into records and finds each one's group, id and time; another tracks a
// batch, tells what happened, and does what the clock does. A batch depends only on the bytes of its source, unless
// that is a stream that pauses, so the same input gives the same events in the same order.
package tracking

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/feed"
)

// ErrStopped says that a strict Run met a record that is refused. What was before it is tracked.
var ErrStopped = errors.New("stopped at a line that was rejected")

// Run is what to track, and whom to tell. All fields are needed but Progress.
type Run struct {
	// Manager has the trackers as templates, DisableTimers, and Clock for its clock.
	Manager *dictrack.Manager
	Clock   *Clock
	Sources []*feed.Source
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

// ballast is memory that is never touched, and so takes none. The garbage collector waits for as much garbage as there is
// memory in use, and in most runs that is so little that a third of the time would go into looking for garbage.
var ballast = sync.OnceValue(func() []byte { return make([]byte, 64<<20) })

// tick is how often the clock is looked at while no data comes.
const tick = time.Second

// Do tracks everything. When ctx ends, it stops reading, finishes what it has read, and returns ctx's error. Other
// errors are ErrStopped, those of Event and Flush, or say which source or line failed; what was tracked before is kept.
// The Summary is right in every case.
func (r *Run) Do(ctx context.Context) (Summary, error) {
	s := &session{Run: r, summary: Summary{Events: Counts{}}, begun: time.Now()}
	defer runtime.KeepAlive(ballast())
	reading, stop := context.WithCancel(ctx)
	defer stop()
	in := newReader(r)
	go in.run(reading)
	err := s.follow(context.WithoutCancel(ctx), ctx.Done(), in)
	if flushed := r.Flush(); !errors.Is(err, flushed) {
		err = errors.Join(err, flushed)
	}
	if err == nil {
		err = ctx.Err()
	}
	s.summary.Elapsed = time.Since(s.begun)
	return s.summary, err
}

// session is a Run under way.
type session struct {
	*Run
	summary Summary
	begun   time.Time
	outputs []dictrack.BatchResult // to be used again
}

// dataTells tells whether the time comes from the data.
func (s *session) dataTells() bool { return isSet(s.Fields.Time) }

// follow tracks batches as they come, until the last or until stop is closed. What has begun is not stopped: ctx does
// not end.
func (s *session) follow(ctx context.Context, stop <-chan struct{}, in *reader) error {
	ticks := time.NewTicker(tick)
	defer ticks.Stop()
	for {
		var err error
		select {
		case b, ok := <-in.ready:
			if !ok {
				return s.idle(ctx)
			}
			if err = s.batch(ctx, b); err == nil {
				in.free <- b
			}
		case <-ticks.C:
			err = s.idle(ctx)
		case <-stop:
			return s.finish(ctx, in)
		}
		if err != nil {
			return err
		}
	}
}

// finish tracks the batch that is ready, if there is one.
func (s *session) finish(ctx context.Context, in *reader) error {
	select {
	case b, ok := <-in.ready:
		if ok {
			return s.batch(ctx, b)
		}
	default:
	}
	return nil
}

// idle does what the clock does while no data comes. It does nothing where only data moves the clock.
func (s *session) idle(ctx context.Context) error {
	if s.dataTells() {
		return nil
	}
	s.Clock.set(time.Now())
	return errors.Join(s.sweep(ctx), s.Flush())
}

// batch tracks one batch and tells what happened.
func (s *session) batch(ctx context.Context, b *batch) error {
	if err := s.parts(ctx, b); err != nil {
		return err
	}
	if s.dataTells() && len(b.inputs) > 0 {
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
