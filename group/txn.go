package group

import (
	"fmt"

	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// txn is one call under way: it moves trackers and gathers what happened.
type txn struct {
	g       *Group
	scratch       *states.Scratch
	now     int64
	changed bool

	packed    []states.PackedResult
	detailed   []TrackerResult // see Effect
	events   []tracker.Event
	failures []Failure
	overflow   *overflowTable // of the moves
}

// stepMatched steps the matching trackers only: the usual case, in which no clock has run out.
func (w *txn) stepMatched() {
	for hits := w.scratch.Hits; len(hits) > 0; {
		before := len(w.packed)
		w.packed = w.scratch.Step(&w.g.states, hits, w.packed)
		w.recordFast(w.packed[before:])
		if hits = hits[len(w.packed)-before:]; len(hits) == 0 {
			return
		}
		if i := hits[0]; !w.g.states.Removed(int(i)) {
			w.applyMessage(i)
		}
		hits = hits[1:]
	}
}

// recordFast notes what the scratch has stepped.
func (w *txn) recordFast(moves []states.PackedResult) {
	w.changed = w.changed || len(moves) > 0
	for _, m := range moves {
		if _, small := m.Small(); !small {
			w.addDetailed(TrackerResult{w.g.states.At(int(m.Index())), m.Index(), tracker.Changed})
		}
	}
	if w.g.pending != nil {
		for _, m := range moves {
			w.g.markState(int(m.Index()))
		}
	}
}

// stepAll goes through every tracker that the clock or the data may change, and those that are added, in their order.
func (w *txn) stepAll(fresh []startingTracker, set *states.Program) {
	g := w.g
	known := g.states.Len()
	if len(fresh) > 0 {
		g.states.Grow(len(fresh))
		for i := range fresh {
			g.appendState(&fresh[i].state)
		}
		g.useProgram(set)
		g.markLayoutFrom(known)
	}
	hits, end := w.scratch.Hits, int32(g.states.Len())
	for i := int32(-1); ; {
		next := g.overflow.next(i)
		if fresh := max(i+1, int32(known)); fresh < end {
			next = min(next, fresh)
		}
		hit := len(hits) > 0 && hits[0] <= next
		if hit {
			next, hits = hits[0], hits[1:]
		}
		if next == noIndex {
			break
		}
		w.stepOne(next, next >= int32(known), hit)
		i = next
	}
	g.due = g.nextDue()
}

// stepOne takes tracker i through being added, the clock, and the data.
func (w *txn) stepOne(i int32, added, hit bool) {
	if w.g.states.Removed(int(i)) {
		return
	}
	if added {
		w.changed = true
		w.events = append(w.events, tracker.Event{Kind: tracker.EventAdded, Definition: w.g.list.at(int(i)), State: w.g.state(int(i))})
	}
	switch w.applyTimer(i) {
	case timerUnchanged:
		if hit {
			w.applyMessage(i)
		}
	case timerLimited:
		s := w.g.state(int(i))
		w.addResult(i, &s, tracker.BecameLimited)
	}
}

// timerOutcome says what the clock did to a tracker.
type timerOutcome uint8

const (
	timerUnchanged   timerOutcome = iota // nothing: it may take data
	timerLimited              // a limiter holds it back from here on
	timerRemoved                 // it expired or is completed
	timerFailed               // its custom code failed
)

// applyTimer applies what the clock does to tracker i.
func (w *txn) applyTimer(i int32) timerOutcome {
	if !w.g.states.HasOverflow(int(i)) {
		return timerUnchanged
	}
	d, s := w.g.list.at(int(i)), w.g.state(int(i))
	if s.Expired(w.now) {
		w.events = append(w.events, tracker.Event{Kind: tracker.EventExpired, Definition: d, State: s})
		w.removeAt(i)
		return timerRemoved
	}
	next, changed, events, err := tick(d, s, w.now, w.events)
	if err != nil {
		w.addFailure(d, err)
		return timerFailed
	}
	if !changed {
		return timerUnchanged
	}
	w.events = events
	w.applyState(i, &next)
	switch {
	case next.Limited:
		return timerLimited
	case next.Completed:
		return timerRemoved
	}
	return timerUnchanged
}

// applyMessage moves tracker i by data that matched.
func (w *txn) applyMessage(i int32) {
	d := w.g.list.at(int(i))
	next, outcome, err := w.runStep(d, w.g.state(int(i)), i)
	if err != nil {
		w.addFailure(d, err)
		return
	}
	if outcome == tracker.Unchanged {
		return
	}
	w.addResult(i, &next, outcome)
	if outcome != tracker.Refused && outcome != tracker.AlreadyCompleted {
		w.applyState(i, &next)
	}
}

// addResult notes what happened to tracker i.
func (w *txn) addResult(i int32, s *tracker.State, outcome tracker.Outcome) {
	cell, beside := states.Pack(s)
	if !beside.Empty() {
		if w.overflow == nil {
			w.overflow = &overflowTable{}
		}
		w.overflow.set(i, beside)
	}
	w.packed = append(w.packed, states.IndexOnly(i))
	w.addDetailed(TrackerResult{cell, i, outcome})
}

// addDetailed adds a move that a word does not say. Where there is one there are mostly more.
func (w *txn) addDetailed(m TrackerResult) {
	if w.detailed == nil {
		const few = 8
		w.detailed = make([]TrackerResult, 0, few)
	}
	w.detailed = append(w.detailed, m)
}

// applyState installs the next state of tracker i, which is gone when it is completed and not to be kept.
func (w *txn) applyState(i int32, s *tracker.State) {
	if s.Completed && !w.g.list.at(int(i)).Keep() {
		w.removeAt(i)
		return
	}
	w.setState(i, s)
}

func (w *txn) runStep(d *tracker.Definition, s tracker.State, i int32) (_ tracker.State, _ tracker.Outcome, err error) {
	in := tracker.Input{Values: w.scratch.Inputs(i)}
	if !d.Custom() {
		next, outcome, events := d.Step(s, in, w.now, w.events)
		w.events = events
		return next, outcome, nil
	}
	if d.NeedsData() {
		if in.Data, err = w.scratch.Decoded(); err != nil {
			return s, tracker.Unchanged, err
		}
	}
	next, outcome, events, err := stepCustom(d, s, in, w.now, w.events)
	if err == nil {
		w.events = events
	}
	return next, outcome, err
}

// setState installs the next state of tracker i.
func (w *txn) setState(i int32, next *tracker.State) {
	w.changed = true
	w.g.setState(int(i), next)
}

// removeAt marks tracker i as gone.
func (w *txn) removeAt(i int32) {
	w.changed = true
	w.g.removeAt(int(i))
}

func (w *txn) addFailure(d *tracker.Definition, err error) {
	w.failures = append(w.failures, Failure{Tracker: d.Name(), Err: err})
}

// addConditionFailures reports the trackers whose conditions could not be judged, unless they are gone.
func (w *txn) addConditionFailures() {
	for _, f := range w.scratch.Failed {
		if !w.g.states.Removed(int(f.Index)) {
			w.addFailure(w.g.list.at(int(f.Index)), f.Err)
		}
	}
}

// finish raises the version if anything changed.
func (w *txn) finish() Result {
	if w.changed {
		w.g.version++
	}
	return Result{
		Version: w.g.version, Changed: w.changed,
		Events: w.events, Failures: w.failures,
		Packed: w.packed, detailed: w.detailed, definitions: w.g.list, overflow: w.overflow,
	}
}

// The next three run custom code, whose panics fail one tracker and nothing else.

func startTracker(d *tracker.Definition, now int64, allowElapsed bool) (s tracker.State, err error) {
	defer recoverTo(&err)
	return d.Start(now, allowElapsed)
}

func stepCustom(d *tracker.Definition, s tracker.State, in tracker.Input, now int64, events []tracker.Event) (next tracker.State, o tracker.Outcome, _ []tracker.Event, err error) {
	defer recoverTo(&err)
	next, o, events = d.Step(s, in, now, events)
	return next, o, events, nil
}

func tick(d *tracker.Definition, s tracker.State, now int64, events []tracker.Event) (next tracker.State, changed bool, _ []tracker.Event, err error) {
	defer recoverTo(&err)
	next, changed, events = d.Tick(s, now, events)
	return next, changed, events, nil
}

func recoverTo(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("panic: %v", r)
	}
}
