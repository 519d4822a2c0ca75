package group

import (
	"fmt"

	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// work is one call under way: it moves trackers and gathers what happened.
type work struct {
	g       *Group
	x       *states.Scratch
	now     int64
	changed bool

	moved    []states.PackedResult
	others   []Move // see Effect
	events   []tracker.Event
	failures []Failure
	asides   *asides // of the moves
}

// hits steps the matching trackers only: the usual case, in which no clock has run out.
func (w *work) hits() {
	for hits := w.x.Hits; len(hits) > 0; {
		before := len(w.moved)
		w.moved = w.x.Step(&w.g.cells, hits, w.moved)
		w.advanced(w.moved[before:])
		if hits = hits[len(w.moved)-before:]; len(hits) == 0 {
			return
		}
		if i := hits[0]; !w.g.cells.Removed(int(i)) {
			w.step(i)
		}
		hits = hits[1:]
	}
}

// advanced notes what the scratch has stepped.
func (w *work) advanced(moves []states.PackedResult) {
	w.changed = w.changed || len(moves) > 0
	for _, m := range moves {
		if _, small := m.Small(); !small {
			w.other(Move{w.g.cells.At(int(m.Index())), m.Index(), tracker.Changed})
		}
	}
	if w.g.pending != nil {
		for _, m := range moves {
			w.g.markState(int(m.Index()))
		}
	}
}

// all goes through every tracker that the clock or the data may change, and those that are added, in their order.
func (w *work) all(fresh []start, set *states.Program) {
	g := w.g
	known := g.cells.Len()
	if len(fresh) > 0 {
		g.cells.Grow(len(fresh))
		for i := range fresh {
			g.join(&fresh[i].state)
		}
		g.take(set)
		g.markLayoutFrom(known)
	}
	hits, end := w.x.Hits, int32(g.cells.Len())
	for i := int32(-1); ; {
		next := g.asides.after(i)
		if fresh := max(i+1, int32(known)); fresh < end {
			next = min(next, fresh)
		}
		hit := len(hits) > 0 && hits[0] <= next
		if hit {
			next, hits = hits[0], hits[1:]
		}
		if next == none {
			break
		}
		w.one(next, next >= int32(known), hit)
		i = next
	}
	g.due = g.dues()
}

// one takes tracker i through being added, the clock, and the data.
func (w *work) one(i int32, added, hit bool) {
	if w.g.cells.Removed(int(i)) {
		return
	}
	if added {
		w.changed = true
		w.events = append(w.events, tracker.Event{Kind: tracker.EventAdded, Definition: w.g.roster.at(int(i)), State: w.g.state(int(i))})
	}
	switch w.sweep(i) {
	case still:
		if hit {
			w.step(i)
		}
	case limited:
		s := w.g.state(int(i))
		w.move(i, &s, tracker.BecameLimited)
	}
}

// swept says what the clock did to a tracker.
type swept uint8

const (
	still   swept = iota // nothing: it may take data
	limited              // a limiter holds it back from here on
	gone                 // it expired or is completed
	failed               // its custom code failed
)

// sweep applies what the clock does to tracker i.
func (w *work) sweep(i int32) swept {
	if !w.g.cells.HasOverflow(int(i)) {
		return still
	}
	d, s := w.g.roster.at(int(i)), w.g.state(int(i))
	if s.Expired(w.now) {
		w.events = append(w.events, tracker.Event{Kind: tracker.EventExpired, Definition: d, State: s})
		w.drop(i)
		return gone
	}
	next, changed, events, err := tick(d, s, w.now, w.events)
	if err != nil {
		w.fail(d, err)
		return failed
	}
	if !changed {
		return still
	}
	w.events = events
	w.settle(i, &next)
	switch {
	case next.Limited:
		return limited
	case next.Completed:
		return gone
	}
	return still
}

// step moves tracker i by data that matched.
func (w *work) step(i int32) {
	d := w.g.roster.at(int(i))
	next, outcome, err := w.stepped(d, w.g.state(int(i)), i)
	if err != nil {
		w.fail(d, err)
		return
	}
	if outcome == tracker.Unchanged {
		return
	}
	w.move(i, &next, outcome)
	if outcome != tracker.Refused && outcome != tracker.AlreadyCompleted {
		w.settle(i, &next)
	}
}

// move notes what happened to tracker i.
func (w *work) move(i int32, s *tracker.State, outcome tracker.Outcome) {
	cell, beside := states.Pack(s)
	if !beside.Empty() {
		if w.asides == nil {
			w.asides = &asides{}
		}
		w.asides.set(i, beside)
	}
	w.moved = append(w.moved, states.IndexOnly(i))
	w.other(Move{cell, i, outcome})
}

// other adds a move that a word does not say. Where there is one there are mostly more.
func (w *work) other(m Move) {
	if w.others == nil {
		const few = 8
		w.others = make([]Move, 0, few)
	}
	w.others = append(w.others, m)
}

// settle installs the next state of tracker i, which is gone when it is completed and not to be kept.
func (w *work) settle(i int32, s *tracker.State) {
	if s.Completed && !w.g.roster.at(int(i)).Keep() {
		w.drop(i)
		return
	}
	w.put(i, s)
}

func (w *work) stepped(d *tracker.Definition, s tracker.State, i int32) (_ tracker.State, _ tracker.Outcome, err error) {
	in := tracker.Input{Values: w.x.Inputs(i)}
	if !d.Custom() {
		next, outcome, events := d.Step(s, in, w.now, w.events)
		w.events = events
		return next, outcome, nil
	}
	if d.NeedsData() {
		if in.Data, err = w.x.Decoded(); err != nil {
			return s, tracker.Unchanged, err
		}
	}
	next, outcome, events, err := step(d, s, in, w.now, w.events)
	if err == nil {
		w.events = events
	}
	return next, outcome, err
}

// put installs the next state of tracker i.
func (w *work) put(i int32, next *tracker.State) {
	w.changed = true
	w.g.put(int(i), next)
}

// drop marks tracker i as gone.
func (w *work) drop(i int32) {
	w.changed = true
	w.g.drop(int(i))
}

func (w *work) fail(d *tracker.Definition, err error) {
	w.failures = append(w.failures, Failure{Tracker: d.Name(), Err: err})
}

// failed reports the trackers whose conditions could not be judged, unless they are gone.
func (w *work) failed() {
	for _, f := range w.x.Failed {
		if !w.g.cells.Removed(int(f.Index)) {
			w.fail(w.g.roster.at(int(f.Index)), f.Err)
		}
	}
}

// finish raises the version if anything changed.
func (w *work) finish() Effect {
	if w.changed {
		w.g.version++
	}
	return Effect{
		Version: w.g.version, Changed: w.changed,
		Events: w.events, Failures: w.failures,
		Moved: w.moved, others: w.others, roster: w.g.roster, asides: w.asides,
	}
}

// The next three run custom code, whose panics fail one tracker and nothing else.

func begin(d *tracker.Definition, now int64, lenient bool) (s tracker.State, err error) {
	defer contain(&err)
	return d.Start(now, lenient)
}

func step(d *tracker.Definition, s tracker.State, in tracker.Input, now int64, events []tracker.Event) (next tracker.State, o tracker.Outcome, _ []tracker.Event, err error) {
	defer contain(&err)
	next, o, events = d.Step(s, in, now, events)
	return next, o, events, nil
}

func tick(d *tracker.Definition, s tracker.State, now int64, events []tracker.Event) (next tracker.State, changed bool, _ []tracker.Event, err error) {
	defer contain(&err)
	next, changed, events = d.Tick(s, now, events)
	return next, changed, events, nil
}

func contain(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v", r)
	}
}
