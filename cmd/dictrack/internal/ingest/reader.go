package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/dictrack/dictrack/cmd/dictrack/internal/input"
)

// reader reads sources into batches, on its own goroutine.
type reader struct {
	sources []*input.Source
	strict  bool
	extract *extractor

	ready chan *batch // closed after the last batch
	free  chan *batch // to be reused

	latest time.Time // the latest time of a message
	bytes  int64     // of the sources that were read wholly
}

// batchCount is the number of batches: one is tracked, one is ready, and one is read.
const batchCount = 3

func newReader(run *Pipeline) *reader {
	r := &reader{
		sources: run.Sources, strict: run.Strict, extract: newExtractor(run.Fields, run.Trusted),
		ready: make(chan *batch, 1), free: make(chan *batch, batchCount),
	}
	for range batchCount {
		r.free <- &batch{}
	}
	return r
}

// run reads all sources, or until ctx ends.
func (r *reader) run(ctx context.Context) {
	defer close(r.ready)
	for _, s := range r.sources {
		if !r.readSource(ctx, s) {
			return
		}
	}
}

// readSource reads one source. It returns false when reading must end.
func (r *reader) readSource(ctx context.Context, s *input.Source) (more bool) {
	in, err := s.Open(ctx)
	if err != nil {
		r.send(ctx, &batch{source: s.Name, err: fmt.Errorf("open: %w", err)})
		return false
	}
	defer func() { _ = in.Close() }() // it was only read
	for {
		b := r.acquire(ctx)
		if b == nil {
			return false
		}
		b.reset(s.Name)
		err := in.Fill(&b.Batch)
		more := r.extractAll(b)
		b.bytes = r.bytes + in.Bytes()
		if err != nil && !errors.Is(err, io.EOF) {
			b.err = fmt.Errorf("read: %w", err)
		}
		if !r.send(ctx, b) || b.err != nil || !more {
			return false
		}
		if errors.Is(err, io.EOF) {
			r.bytes += in.Bytes()
			return true
		}
	}
}

func (r *reader) acquire(ctx context.Context) *batch {
	select {
	case b := <-r.free:
		return b
	case <-ctx.Done():
		return nil
	}
}

func (r *reader) send(ctx context.Context, b *batch) bool {
	select {
	case r.ready <- b:
		return true
	case <-ctx.Done():
		return false
	}
}

// extractAll extracts the messages of the records of a batch. It returns false when nothing after them may be tracked.
func (r *reader) extractAll(b *batch) (more bool) {
	defer func() {
		b.endPart()
		b.latest = r.latest
	}()
	for i := range b.Records {
		record := &b.Records[i]
		if err := r.extractRecord(b, record); err != nil {
			b.addRejected(record.Line, err)
			if r.strict {
				return false
			}
		}
	}
	return true
}

func (r *reader) extractRecord(b *batch, record *input.Record) error {
	if record.Err != nil {
		return record.Err
	}
	in, group, err := r.extract.message(record.Text)
	if err != nil {
		return err
	}
	if isSet(r.extract.fields.Time) {
		if in.Time.After(r.latest) {
			r.latest = in.Time
		}
		in.Time = r.latest
	}
	alone := r.strict && mustTrackAlone(&in)
	if alone {
		b.endPart()
	}
	b.addMessage(record.Line, in, group)
	if alone {
		b.endPart()
	}
	return nil
}
