package tracking

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dictrack/dictrack"
)

// parts tracks a batch part by part: without Strict there is only one.
func (s *session) parts(ctx context.Context, b *batch) error {
	if s.dataTells() {
		s.Clock.set(b.latest)
	} else {
		s.Clock.set(time.Now())
	}
	start := 0
	for _, end := range b.parts {
		if err := s.part(ctx, b, b.items[start:end]); err != nil {
			return err
		}
		start = end
	}
	return nil
}

// part tracks the inputs of some items together, and tells about all items in their order, also after one of them
// failed: the others were tracked.
func (s *session) part(ctx context.Context, b *batch, items []item) error {
	s.outputs = s.Manager.TrackBatchInto(ctx, s.outputs, inputsOf(b, items))
	outputs := s.outputs
	var failed error
	for i := range items {
		it := &items[i]
		var output *dictrack.BatchResult
		if it.err == nil {
			output, outputs = &outputs[0], outputs[1:]
		}
		switch err := s.item(b, it, output); {
		case errors.Is(err, errUntracked) && failed == nil:
			failed = err
		case err != nil && !errors.Is(err, errUntracked):
			return err
		}
	}
	return failed
}

// errUntracked says that a record could not be tracked, for no fault of its own.
var errUntracked = errors.New("not tracked")

// inputsOf are the inputs of neighbouring items.
func inputsOf(b *batch, items []item) []dictrack.Message {
	n, first := 0, 0
	for i := range items {
		if items[i].err != nil {
			continue
		}
		if n == 0 {
			first = items[i].input
		}
		n++
	}
	return b.inputs[first : first+n]
}

// item takes in what became of an item.
func (s *session) item(b *batch, it *item, output *dictrack.BatchResult) error {
	s.summary.Read++
	err := it.err
	if output != nil {
		err = output.Err
	}
	switch {
	case err == nil:
		return s.took(it, &output.Result)
	case output != nil && !refusal(err):
		return fmt.Errorf("%s:%d: %w: %w", b.source, it.line, errUntracked, err)
	}
	s.summary.Rejected++
	s.Reject(b.source, it.line, err)
	if s.Strict {
		return ErrStopped
	}
	return nil
}

// took takes in a result.
func (s *session) took(it *item, r *dictrack.Result) error {
	if !it.group.moved {
		it.group.moved = true
		s.summary.Groups++
	}
	if r.Duplicate {
		s.summary.Duplicates++
	}
	if r.Affected() > 0 {
		s.summary.Matched++
	}
	return s.tell(r.Events())
}

func (s *session) tell(events []dictrack.Event) error {
	for i := range events {
		e := &events[i]
		if e.Kind == dictrack.EventAdded || e.Kind == dictrack.EventRemoved {
			continue
		}
		s.summary.Events[e.Kind]++
		if err := s.Event(e); err != nil {
			return err
		}
	}
	return nil
}

// sweep does what the clock does, and tells it by time and group.
func (s *session) sweep(ctx context.Context) error {
	var events []dictrack.Event
	collect := func(_ context.Context, e dictrack.Event) error {
		events = append(events, e)
		return nil
	}
	cancel, err := s.Manager.Subscribe(dictrack.Subscription{Handler: collect})
	if err != nil {
		return err
	}
	err = s.Manager.Sweep(ctx)
	cancel()
	slices.SortFunc(events, func(a, b dictrack.Event) int {
		return cmp.Or(a.Time.Compare(b.Time), strings.Compare(a.Group, b.Group), cmp.Compare(a.Version, b.Version), a.Index-b.Index)
	})
	if told := s.tell(events); told != nil {
		return told
	}
	return err
}
