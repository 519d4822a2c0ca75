package dictrack

import (
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/engine"
	"github.com/dictrack/dictrack/internal/notify"
	"github.com/dictrack/dictrack/tracker"
)

// Result is what a message did to its group. The caller owns it and all that its methods return. It is about half a
// kilobyte: pass it by pointer.
type Result struct {
	Group string
	// Version is the number of the group's commits after the message; of a duplicate, after the message it repeats.
	Version uint64
	// Duplicate reports that the message's id was seen before, so that it changed nothing.
	Duplicate bool

	now     int64 // when the message happened
	outcome engine.Outcome
}

// set fills in what a message did.
func (r *Result) set(m *engine.Message, reply engine.Reply, err error) {
	if err != nil {
		*r = Result{Group: m.Group}
		return
	}
	r.Group, r.Version, r.Duplicate, r.now = m.Group, reply.Version, reply.Duplicate, m.Time
}

// Affected is the number of trackers that the message changed, or whose limiters refused it. It is 0 when the data
// matched no tracker.
func (r *Result) Affected() int { return r.outcome.Affected() }

// Changed returns the trackers that the message changed, in the order they were added. The completed and the newly
// limited ones are among them.
func (r *Result) Changed() []tracker.Snapshot {
	return r.snapshots(func(m *group.TrackerResult) bool {
		return m.Outcome == tracker.Changed || m.Outcome == tracker.BecameLimited
	})
}

// Completed returns the trackers whose last stage the message completed.
func (r *Result) Completed() []tracker.Snapshot {
	return r.snapshots(func(m *group.TrackerResult) bool {
		return m.Outcome == tracker.Changed && m.Packed.Completed()
	})
}

// Refused returns the trackers that the message matched and did not move, because a limiter held them back. It is what
// a rate limiter asks for.
func (r *Result) Refused() []tracker.Snapshot {
	return r.snapshots(func(m *group.TrackerResult) bool {
		return m.Outcome == tracker.Refused || m.Outcome == tracker.BecameLimited
	})
}

// Limited returns the trackers that the message moved and that are limited from now on, and those that refused it: with
// a limit of 100 the 100th message is both in Changed and in Limited, the 101st in Refused and in Limited.
func (r *Result) Limited() []tracker.Snapshot {
	return r.snapshots(func(m *group.TrackerResult) bool {
		return m.Outcome != tracker.AlreadyCompleted && (m.Packed.Limited() || m.Outcome == tracker.Refused)
	})
}

// Outcome returns what the message did to the named tracker; Unchanged also when the group has no such tracker.
func (r *Result) Outcome(name string) tracker.Outcome {
	effect := r.outcome.Effect()
	for m := range effect.TrackerResults() {
		if effect.Definition(m).Name() == name {
			return m.Outcome
		}
	}
	return tracker.Unchanged
}

func (r *Result) snapshots(which func(*group.TrackerResult) bool) []tracker.Snapshot {
	var snaps []tracker.Snapshot
	effect := r.outcome.Effect()
	for m := range effect.TrackerResults() {
		if which(m) {
			snaps = append(snaps, effect.Definition(m).Snapshot(r.Group, effect.State(m)))
		}
	}
	return snaps
}

// Events returns the events of the message: by tracker in the order they were added, then as they happened.
func (r *Result) Events() []Event {
	return newEvents(&notify.CommitInfo{Group: r.Group, Version: r.Version, Time: r.now}, r.outcome.Events())
}

// Failures returns the trackers whose custom code failed, so that they did not move; nil for none.
func (r *Result) Failures() []*TrackerError {
	var failures []*TrackerError
	for _, f := range r.outcome.Failures() {
		failures = append(failures, &TrackerError{Group: r.Group, Tracker: f.Tracker, Err: f.Err})
	}
	return failures
}
