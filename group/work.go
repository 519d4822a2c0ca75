package group

import (
	"fmt"

	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// work is one call under way: it moves trackers and gathers what happened.
type work struct {
	g       *Group
	x       *match.Scratch
	now     int64
	changed bool

	moves    []Move
	events   []tracker.Event
	failures []Failure
}

// hits steps the matching trackers only: the usual case, in which no clock has run out.
func (w *work) hits() {
	states := w.g.states
	for _, i := range w.x.Hits {
		switch s := &states[i]; {
		case w.x.Step(i, s):
			w.changed = true
			w.g.touched(int(i))
			w.moves = append(w.moves, Move{*s, i, tracker.Changed})
		case !s.Removed:
			w.step(i)
		}
	}
}

// all goes through every tracker, so that what the clock did and what the data did come in the
// trackers' order.
func (w *work) all(fresh []start, set *match.Set) {
	g := w.g
	known := len(g.states)
	for _, f := range fresh {
		g.states = append(g.states, f.state)
	}
	if len(fresh) > 0 {
		g.set, g.defs, g.added, g.owned = set, set.Definitions(), nil, false
		g.relaid(known)
	}
	hits := w.x.Hits
	due := int64(limiter.Never)
	for i := range g.states {
		hit := len(hits) > 0 && int(hits[0]) == i
		if hit {
			hits = hits[1:]
		}
		w.one(int32(i), i >= known, hit) // #nosec G115 -- a group never has that many trackers
		due = min(due, g.defs[i].Due(&g.states[i]))
	}
	g.due = due
}

// one takes tracker i through being added, the clock, and the data.
func (w *work) one(i int32, added, hit bool) {
	s := &w.g.states[i]
	if s.Removed {
		return
	}
	if added {
		w.changed = true
		w.events = append(w.events, tracker.Event{Kind: tracker.Added, Definition: w.g.defs[i], State: *s})
	}
	switch w.sweep(i) {
	case still:
		if hit {
			w.step(i)
		}
	case limited:
		w.moves = append(w.moves, Move{*s, i, tracker.LimitedNow})
	}
}

// swept says what the clock did to a tracker.
type swept uint8

const (
	still   swept = iota // nothing: it may take data
	limited              // a limiter holds it back from here on
	gone                 // it expired
	failed               // its custom code failed
)

// sweep applies what the clock does to tracker i.
func (w *work) sweep(i int32) swept {
	d, s := w.g.defs[i], &w.g.states[i]
	if s.Expired(w.now) {
		w.events = append(w.events, tracker.Event{Kind: tracker.Expired, Definition: d, State: *s})
		w.put(i, tracker.State{Removed: true, Stage: 1, Cycle: 1})
		return gone
	}
	next, changed, events, err := sweep(d, *s, w.now, w.events)
	if err != nil {
		w.fail(d, err)
		return failed
	}
	if !changed {
		return still
	}
	w.events = events
	w.put(i, next)
	return limited
}

// step moves tracker i by data that matched.
func (w *work) step(i int32) {
	d, s := w.g.defs[i], &w.g.states[i]
	next, outcome, err := w.stepped(d, *s, i)
	if err != nil {
		w.fail(d, err)
		return
	}
	if outcome == tracker.Same {
		return
	}
	w.moves = append(w.moves, Move{next, i, outcome})
	if outcome == tracker.Refused || outcome == tracker.Done {
		return
	}
	if next.Completed && !d.Keep() {
		next = tracker.State{Removed: true, Stage: 1, Cycle: 1}
	}
	w.put(i, next)
}

func (w *work) stepped(d *tracker.Definition, s tracker.State, i int32) (_ tracker.State, _ tracker.Outcome, err error) {
	in := tracker.Input{Amount: w.x.Amount(i)}
	if !d.NeedsData() {
		next, outcome, events := d.Step(s, in, w.now, w.events)
		w.events = events
		return next, outcome, nil
	}
	if in.Data, err = w.x.Decoded(); err != nil {
		return s, tracker.Same, err
	}
	next, outcome, events, err := step(d, s, in, w.now, w.events)
	if err == nil {
		w.events = events
	}
	return next, outcome, err
}

// put installs the next state of tracker i.
func (w *work) put(i int32, next tracker.State) {
	w.changed = true
	w.g.put(int(i), next)
}

func (w *work) fail(d *tracker.Definition, err error) {
	w.failures = append(w.failures, Failure{Tracker: d.Name(), Err: err})
}

// failed reports the trackers whose conditions could not be judged, unless they are gone.
func (w *work) failed() {
	for _, f := range w.x.Failed {
		if !w.g.states[f.Index].Removed {
			w.fail(w.g.defs[f.Index], f.Err)
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
		Moves: w.moves, Events: w.events, Failures: w.failures, defs: w.g.defs,
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

func sweep(d *tracker.Definition, s tracker.State, now int64, events []tracker.Event) (next tracker.State, limited bool, _ []tracker.Event, err error) {
	defer contain(&err)
	next, limited, events = d.Sweep(s, now, events)
	return next, limited, events, nil
}

func contain(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v", r)
	}
}
