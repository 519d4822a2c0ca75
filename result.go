package dictrack

import (
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/engine"
	"github.com/dictrack/dictrack/internal/notify"
	"github.com/dictrack/dictrack/tracker"
)

// Result is what a call did to a group. What it holds is the reader's own.
type Result struct {
	Group string
	// Version is the group's after the call; of a duplicate, that of the call it repeats.
	Version uint64
	// Duplicate: the id was seen before, and nothing was changed.
	Duplicate bool

	now     int64 // when the call happened
	outcome engine.Outcome
}

// Touched is the number of trackers that the call moved, limited or found held back: 0 when the data
// matched none, or gave no step.
func (r *Result) Touched() int { return r.outcome.Affected() }

// Changed describes the trackers that the call changed, in order; the completed and the newly limited
// are among them.
func (r *Result) Changed() []tracker.Snapshot {
	return r.snapshots(func(m *group.Move) bool {
		return m.Outcome == tracker.Changed || m.Outcome == tracker.BecameLimited
	})
}

// Completed describes the trackers all of whose stages the call completed.
func (r *Result) Completed() []tracker.Snapshot {
	return r.snapshots(func(m *group.Move) bool {
		return m.Outcome == tracker.Changed && m.Cell.Completed()
	})
}

// Refused describes the trackers that matched the data and did not take it, because a limiter held them
// back.
func (r *Result) Refused() []tracker.Snapshot {
	return r.snapshots(func(m *group.Move) bool {
		return m.Outcome == tracker.Refused || m.Outcome == tracker.BecameLimited
	})
}

// Limited describes the trackers that became limited by the call, or matched and were refused by a
// limiter.
func (r *Result) Limited() []tracker.Snapshot {
	return r.snapshots(func(m *group.Move) bool {
		return m.Outcome != tracker.AlreadyCompleted && (m.Cell.Limited() || m.Outcome == tracker.Refused)
	})
}

// Outcome says what the call did to the named tracker; tracker.Same also when there is none.
func (r *Result) Outcome(name string) tracker.Outcome {
	effect := r.outcome.Effect()
	for m := range effect.Moves() {
		if effect.Definition(m).Name() == name {
			return m.Outcome
		}
	}
	return tracker.Unchanged
}

func (r *Result) snapshots(which func(*group.Move) bool) []tracker.Snapshot {
	var snaps []tracker.Snapshot
	effect := r.outcome.Effect()
	for m := range effect.Moves() {
		if which(m) {
			snaps = append(snaps, effect.Definition(m).Snapshot(r.Group, effect.State(m)))
		}
	}
	return snaps
}

// Events are the events of the call, by tracker in the order they were added, then as they happened.
func (r *Result) Events() []Event {
	return newEvents(&notify.CommitInfo{Group: r.Group, Version: r.Version, Time: r.now}, r.outcome.Events())
}

// Failures are the trackers whose custom code failed; nil when all went well.
func (r *Result) Failures() []*TrackerError {
	var failures []*TrackerError
	for _, f := range r.outcome.Failures() {
		failures = append(failures, &TrackerError{Group: r.Group, Tracker: f.Tracker, Err: f.Err})
	}
	return failures
}
