package group

import (
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// txn is one call in progress: it changes trackers and collects the Result.
type txn struct {
	g       *Group
	scratch *states.Scratch
	now     int64
	changed bool

	// These become the fields of the Result.
	packed   []states.PackedResult
	detailed []TrackerResult
	events   []tracker.Event
	failures []Failure
	overflow *overflowTable
}

// addResult adds the result of tracker i, with its state.
func (tx *txn) addResult(i int32, s *tracker.State, outcome tracker.Outcome) {
	packed, overflow := states.Pack(s)
	if !overflow.Empty() {
		if tx.overflow == nil {
			tx.overflow = &overflowTable{}
		}
		tx.overflow.set(i, overflow)
	}
	tx.packed = append(tx.packed, states.IndexOnly(i))
	tx.addDetailed(TrackerResult{packed, i, outcome})
}

// addDetailed adds a result that does not fit in a PackedResult. Where there is one there are usually more, so it
// allocates for several.
func (tx *txn) addDetailed(t TrackerResult) {
	if tx.detailed == nil {
		const initialCapacity = 8
		tx.detailed = make([]TrackerResult, 0, initialCapacity)
	}
	tx.detailed = append(tx.detailed, t)
}

// applyState sets the next state of tracker i, or removes the tracker when it is completed and not to be kept.
func (tx *txn) applyState(i int32, s *tracker.State) {
	if s.Completed && !tx.g.list.at(int(i)).Keep() {
		tx.removeAt(i)
		return
	}
	tx.setState(i, s)
}

// setState sets the next state of tracker i.
func (tx *txn) setState(i int32, next *tracker.State) {
	tx.changed = true
	tx.g.setState(int(i), next)
}

// removeAt removes tracker i.
func (tx *txn) removeAt(i int32) {
	tx.changed = true
	tx.g.removeAt(int(i))
}

func (tx *txn) addFailure(d *tracker.Definition, err error) {
	tx.failures = append(tx.failures, Failure{Tracker: d.Name(), Err: err})
}

// finish raises the version if anything changed, and returns the Result.
func (tx *txn) finish() Result {
	if tx.changed {
		tx.g.version++
	}
	return Result{
		Version: tx.g.version, Changed: tx.changed,
		Events: tx.events, Failures: tx.failures,
		Packed: tx.packed, detailed: tx.detailed, definitions: tx.g.list, overflow: tx.overflow,
	}
}
