package group

import "github.com/dictrack/dictrack/tracker"

// ApplyTimers applies what the clock alone does at now, in Unix milliseconds: expiries and ends of time windows.
func (g *Group) ApplyTimers(now int64) Result {
	tx := txn{g: g, now: now}
	for i := g.overflow.next(-1); i != noIndex; i = g.overflow.next(i) {
		tx.applyTimer(i)
	}
	due := g.nextDue()
	g.due = due
	if g.pending != nil && g.Exists() && due != g.recordedDue {
		tx.changed = true // the store still has the old due time
	}
	return tx.finish()
}

// timerOutcome is what the clock did to a tracker.
type timerOutcome uint8

const (
	timerUnchanged timerOutcome = iota // it can take a message
	timerLimited                       // a limiter blocks it from here on
	timerRemoved                       // it expired or is completed
	timerFailed                        // its custom code failed
)

// applyTimer applies what the clock does to tracker i.
func (tx *txn) applyTimer(i int32) timerOutcome {
	if !tx.g.states.HasOverflow(int(i)) {
		return timerUnchanged
	}
	d, s := tx.g.list.at(int(i)), tx.g.state(int(i))
	if s.Expired(tx.now) {
		tx.events = append(tx.events, tracker.Event{Kind: tracker.EventExpired, Definition: d, State: s})
		tx.removeAt(i)
		return timerRemoved
	}
	next, changed, events, err := tick(d, s, tx.now, tx.events)
	if err != nil {
		tx.addFailure(d, err)
		return timerFailed
	}
	if !changed {
		return timerUnchanged
	}
	tx.events = events
	tx.applyState(i, &next)
	switch {
	case next.Limited:
		return timerLimited
	case next.Completed:
		return timerRemoved
	}
	return timerUnchanged
}
