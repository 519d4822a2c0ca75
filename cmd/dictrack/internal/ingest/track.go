package ingest

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

// trackParts tracks a batch part by part; without Strict there is only one part.
func (s *run) trackParts(ctx context.Context, b *batch) error {
	if s.timeFromData() {
		s.Clock.set(b.latest)
	} else {
		s.Clock.set(time.Now())
	}
	start := 0
	for _, end := range b.parts {
		if err := s.trackPart(ctx, b, b.items[start:end]); err != nil {
			return err
		}
		start = end
	}
	return nil
}

// trackPart tracks the messages of some items together, and handles all items in their order. When one of them could not
// be tracked, it still handles the others, which were tracked.
func (s *run) trackPart(ctx context.Context, b *batch, items []item) error {
	s.results = s.Manager.TrackBatchInto(ctx, s.results, messagesOf(b, items))
	outputs := s.results
	var failed error
	for i := range items {
		it := &items[i]
		var output *dictrack.BatchResult
		if it.err == nil {
			output, outputs = &outputs[0], outputs[1:]
		}
		switch err := s.handleItem(b, it, output); {
		case errors.Is(err, errNotTracked) && failed == nil:
			failed = err
		case err != nil && !errors.Is(err, errNotTracked):
			return err
		}
	}
	return failed
}

// errNotTracked means that a message could not be tracked for a reason that is not in the message.
var errNotTracked = errors.New("not tracked")

// messagesOf returns the messages of consecutive items.
func messagesOf(b *batch, items []item) []dictrack.Message {
	n, first := 0, 0
	for i := range items {
		if items[i].err != nil {
			continue
		}
		if n == 0 {
			first = items[i].message
		}
		n++
	}
	return b.messages[first : first+n]
}

// handleItem counts an item, and rejects it or handles its result.
func (s *run) handleItem(b *batch, it *item, output *dictrack.BatchResult) error {
	s.summary.Read++
	err := it.err
	if output != nil {
		err = output.Err
	}
	switch {
	case err == nil:
		return s.handleResult(it, &output.Result)
	case output != nil && !isRejection(err):
		return fmt.Errorf("%s:%d: %w: %w", b.source, it.line, errNotTracked, err)
	}
	s.summary.Rejected++
	s.Reject(b.source, it.line, err)
	if s.Strict {
		return ErrStopped
	}
	return nil
}

// handleResult counts a result and emits its events.
func (s *run) handleResult(it *item, r *dictrack.Result) error {
	if !it.group.counted {
		it.group.counted = true
		s.summary.Groups++
	}
	if r.Duplicate {
		s.summary.Duplicates++
	}
	if r.Affected() > 0 {
		s.summary.Matched++
	}
	return s.emitEvents(r.Events())
}

func (s *run) emitEvents(events []dictrack.Event) error {
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

// sweep applies the clock, and emits the events ordered by time and group.
func (s *run) sweep(ctx context.Context) error {
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
	if emitErr := s.emitEvents(events); emitErr != nil {
		return emitErr
	}
	return err
}
