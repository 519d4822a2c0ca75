package group

import (
	"iter"

	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// Result is what a call did to a group. It belongs to the caller: later calls do not change it.
type Result struct {
	// Version is the group's version after the call; Changed reports whether the call raised it.
	Version  uint64
	Changed  bool
	Events   []tracker.Event
	Failures []Failure
	// Packed has a result for each tracker that changed, was refused or was already completed, in order. Read it
	// through TrackerResults.
	Packed []states.PackedResult

	detailed    []TrackerResult // of those in Packed that have an index only
	definitions definitionList
	overflow    *overflowTable // of the states in detailed
}

// TrackerResult is what a call did to one tracker.
type TrackerResult struct {
	Packed  states.Packed // the state after the call; see Result.State
	Index   int32         // see Result.Definition
	Outcome tracker.Outcome
}

// Failure is a tracker whose custom code failed. Its state did not change.
type Failure struct {
	Tracker string
	Err     error
}

// TrackerResults iterates over the results of the trackers, in order.
func (r *Result) TrackerResults() iter.Seq[*TrackerResult] {
	return func(yield func(*TrackerResult) bool) {
		detailed := r.detailed
		for _, packed := range r.Packed {
			t := &TrackerResult{Index: packed.Index(), Outcome: tracker.Changed}
			var small bool
			if t.Packed, small = packed.Small(); !small {
				t, detailed = &detailed[0], detailed[1:]
			}
			if !yield(t) {
				return
			}
		}
	}
}

// Definition returns the definition of the tracker that t is about.
func (r *Result) Definition(t *TrackerResult) *tracker.Definition {
	return r.definitions.at(int(t.Index))
}

// State returns the state of the tracker after the call.
func (r *Result) State(t *TrackerResult) tracker.State {
	if !t.Packed.HasOverflow() {
		return t.Packed.State(states.Overflow{})
	}
	return t.Packed.State(r.overflow.get(t.Index))
}
