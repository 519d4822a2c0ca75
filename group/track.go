package group

import (
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// Track applies one message. An error (JSON that is not valid, a template tracker that cannot start) changes nothing.
func (g *Group) Track(r *TrackRequest) (Result, error) {
	templated, err := g.templated(r)
	if err != nil {
		return Result{}, err
	}
	program := g.nextProgram(templated, r.Compile)
	if err := program.Match(r.Data, r.Scratch); err != nil {
		return Result{}, err
	}
	tx := txn{g: g, scratch: r.Scratch, now: r.Now, changed: r.Commit, packed: r.PackedBuffer[:0]}
	if !g.initialized && (g.Exists() || r.Commit || len(r.Template) > 0) {
		g.initialized, tx.changed = true, true
	}
	if len(templated) > 0 || r.Now >= g.due {
		tx.stepAll(templated, program)
	} else {
		tx.stepMatched()
	}
	tx.addConditionFailures()
	return tx.finish(), nil
}

// stepMatched steps the trackers that matched, and no others. It is the fast path, for when no timer is due.
func (tx *txn) stepMatched() {
	for hits := tx.scratch.Hits; len(hits) > 0; {
		before := len(tx.packed)
		tx.packed = tx.scratch.Step(&tx.g.states, hits, tx.packed)
		tx.recordFast(tx.packed[before:])
		if hits = hits[len(tx.packed)-before:]; len(hits) == 0 {
			return
		}
		if i := hits[0]; !tx.g.states.Removed(int(i)) {
			tx.applyMessage(i)
		}
		hits = hits[1:]
	}
}

// recordFast records the changes that Scratch.Step made.
func (tx *txn) recordFast(results []states.PackedResult) {
	tx.changed = tx.changed || len(results) > 0
	for _, r := range results {
		if _, small := r.Small(); !small {
			tx.addDetailed(TrackerResult{tx.g.states.At(int(r.Index())), r.Index(), tracker.Changed})
		}
	}
	if tx.g.pending != nil {
		for _, r := range results {
			tx.g.markState(int(r.Index()))
		}
	}
}

// stepAll adds the templated trackers, and steps every tracker that the clock or the message may change, in order of
// their indexes.
func (tx *txn) stepAll(templated []startingTracker, program *states.Program) {
	g := tx.g
	firstNew := int32(g.states.Len())
	if len(templated) > 0 {
		tx.addTemplated(templated, program)
	}
	hits, end := tx.scratch.Hits, int32(g.states.Len())
	for i := int32(-1); ; {
		next := g.overflow.next(i)
		if added := max(i+1, firstNew); added < end {
			next = min(next, added)
		}
		hit := len(hits) > 0 && hits[0] <= next
		if hit {
			next, hits = hits[0], hits[1:]
		}
		if next == noIndex {
			break
		}
		tx.stepOne(next, next >= firstNew, hit)
		i = next
	}
	g.due = g.nextDue()
}

// addTemplated appends the templated trackers to the group; program contains them.
func (tx *txn) addTemplated(templated []startingTracker, program *states.Program) {
	g := tx.g
	firstNew := g.states.Len()
	g.states.Grow(len(templated))
	for i := range templated {
		g.appendState(&templated[i].state)
	}
	g.useProgram(program)
	g.markLayoutFrom(firstNew)
}

// stepOne reports tracker i as added, if it is new, then applies the clock and the message to it.
func (tx *txn) stepOne(i int32, added, hit bool) {
	if tx.g.states.Removed(int(i)) {
		return
	}
	if added {
		tx.changed = true
		event := tracker.Event{Kind: tracker.EventAdded, Definition: tx.g.list.at(int(i)), State: tx.g.state(int(i))}
		tx.events = append(tx.events, event)
	}
	switch tx.applyTimer(i) {
	case timerUnchanged:
		if hit {
			tx.applyMessage(i)
		}
	case timerLimited:
		s := tx.g.state(int(i))
		tx.addResult(i, &s, tracker.BecameLimited)
	}
}

// applyMessage steps tracker i by the message, which it matched.
func (tx *txn) applyMessage(i int32) {
	d := tx.g.list.at(int(i))
	next, outcome, err := tx.runStep(d, tx.g.state(int(i)), i)
	if err != nil {
		tx.addFailure(d, err)
		return
	}
	if outcome == tracker.Unchanged {
		return
	}
	tx.addResult(i, &next, outcome)
	if outcome != tracker.Refused && outcome != tracker.AlreadyCompleted {
		tx.applyState(i, &next)
	}
}

// runStep computes the next state of tracker i from s, and adds the events.
func (tx *txn) runStep(d *tracker.Definition, s tracker.State, i int32) (_ tracker.State, _ tracker.Outcome, err error) {
	in := tracker.Input{Values: tx.scratch.Inputs(i)}
	if !d.Custom() {
		next, outcome, events := d.Step(s, in, tx.now, tx.events)
		tx.events = events
		return next, outcome, nil
	}
	if d.NeedsData() {
		if in.Data, err = tx.scratch.Decoded(); err != nil {
			return s, tracker.Unchanged, err
		}
	}
	next, outcome, events, err := stepCustom(d, s, in, tx.now, tx.events)
	if err == nil {
		tx.events = events
	}
	return next, outcome, err
}

// addConditionFailures adds the trackers whose custom conditions failed, unless they were removed.
func (tx *txn) addConditionFailures() {
	for _, f := range tx.scratch.Failed {
		if !tx.g.states.Removed(int(f.Index)) {
			tx.addFailure(tx.g.list.at(int(f.Index)), f.Err)
		}
	}
}
