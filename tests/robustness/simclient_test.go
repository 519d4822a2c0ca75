package robustness

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/record"
)

// simCall is a call with an id, as its client knows it. Only the client touches it while the simulation runs.
type simCall struct {
	group string
	id    string
	data  map[string]any
	at    int64

	unknown   bool // an attempt ended in ErrUnknown
	acked     bool
	duplicate bool // the answer was that it had happened before
	version   uint64
	events    []string
}

func (c *simCall) input() dictrack.Message {
	return dictrack.Message{Group: c.group, Data: c.data, ID: c.id, Time: time.UnixMilli(c.at)}
}

// client makes calls, each again until it is answered; now and then one that was answered before.
func (s *simulation) client(i int, r generator) {
	var done []*simCall
	for n := range 5 {
		calls := make([]*simCall, 1)
		if r.in(3) {
			calls = make([]*simCall, 1+r.IntN(3))
		}
		for k := range calls {
			calls[k] = &simCall{
				group: r.one("g", "g", "h").(string), id: fmt.Sprint(i, "-", n, "-", k), data: r.data(),
				at: simStart + 250*int64(r.IntN(80)),
			}
		}
		s.until(i, r, calls)
		done = append(done, calls...)
		if again := done[r.IntN(len(done))]; r.in(3) {
			s.repeat(i, r, again)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, done...)
}

// until makes calls until all are answered.
func (s *simulation) until(i int, r generator, calls []*simCall) {
	for len(calls) > 0 {
		s.stop(fmt.Sprint("client ", i), true)
		outputs := s.make(r, calls)
		var left []*simCall
		for k, out := range outputs {
			if out.Err != nil {
				s.expectError(out.Err)
				s.checkNotApplied(calls[k], out.Err)
				left = append(left, calls[k])
				continue
			}
			calls[k].onAnswer(&out.Result)
		}
		calls = left
	}
}

// make makes calls, which may be given up by their context.
func (s *simulation) make(r generator, calls []*simCall) []dictrack.BatchResult {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if r.in(3) {
		s.mu.Lock()
		s.cancels = append(s.cancels, cancel)
		s.mu.Unlock()
	}
	inputs := make([]dictrack.Message, len(calls))
	for k, c := range calls {
		inputs[k] = c.input()
	}
	if len(inputs) > 1 {
		return s.manager().TrackBatch(ctx, inputs)
	}
	one := inputs[0]
	var out dictrack.BatchResult
	out.Err = s.manager().TrackInto(ctx, one, &out.Result)
	return []dictrack.BatchResult{out}
}

// expectError takes in why a call failed; only what was done to the engine is an excuse.
func (s *simulation) expectError(err error) {
	for _, reason := range []error{dictrack.ErrUnknown, dictrack.ErrClosed, context.Canceled, errInjected} {
		if errors.Is(err, reason) {
			return
		}
	}
	s.fail("a call failed: %v", err)
}

// checkNotApplied makes sure that a call which failed has not happened, unless the error says that nobody knows.
func (s *simulation) checkNotApplied(c *simCall, err error) {
	if c.unknown = c.unknown || errors.Is(err, dictrack.ErrUnknown); c.unknown {
		return
	}
	for _, commit := range s.disk.Log() {
		for _, seen := range commit.Seen {
			if commit.Group == c.group && seen.ID == c.id {
				s.fail("call %s failed for good and has happened: %v", c.id, err)
			}
		}
	}
}

func (c *simCall) onAnswer(res *dictrack.Result) {
	c.acked, c.duplicate, c.version = true, res.Duplicate, res.Version
	for _, e := range res.Events() {
		c.events = append(c.events, eventLine(&e))
	}
}

// repeat makes a call again that was answered: with the same data it is a duplicate, with other data an error.
func (s *simulation) repeat(i int, r generator, c *simCall) {
	in := c.input()
	other := r.in(2)
	if other {
		in.Data = map[string]any{"other": true}
	}
	for {
		s.stop(fmt.Sprint("client ", i), true)
		out := s.manager().TrackBatch(context.Background(), []dictrack.Message{in})[0]
		switch {
		case other && errors.Is(out.Err, dictrack.ErrIDReused):
			s.count("reused")
			return
		case out.Err != nil:
			s.expectError(out.Err)
			continue
		case other || !out.Duplicate || out.Version != c.version:
			s.fail("call %s, onAnswer with version %d, is made again (other data %v): %+v", c.id, c.version, other, out.Result)
		}
		s.count("duplicate")
		return
	}
}

func (s *simulation) count(what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sum[what]++
}

// sweeper sweeps now and then.
func (s *simulation) sweeper() {
	for range 5 {
		s.stop("sweeper", true)
		s.mu.Lock()
		s.sweeps = append(s.sweeps, sweepStart{len(s.disk.Log()), s.now})
		s.mu.Unlock()
		if err := s.manager().Sweep(context.Background()); err != nil && !errors.Is(err, record.ErrClosed) {
			s.expectError(err)
		}
	}
}
