package group

import (
	"fmt"
	"slices"

	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// TrackRequest is one message to track, with what tracking it needs.
type TrackRequest struct {
	Data match.Data
	Now  int64 // Unix milliseconds
	// Commit makes the call change the group even when no tracker changed: the message has an id to remember.
	Commit bool
	// Template are the definitions that the group gets if this is its first message.
	Template []*tracker.Definition
	Compile  Compiler
	Scratch  *states.Scratch
	// PackedBuffer is memory for Result.Packed, of an earlier Result that is no longer in use; it may be nil.
	PackedBuffer []states.PackedResult
}

// startingTracker is a definition with the state that its tracker starts in.
type startingTracker struct {
	definition *tracker.Definition
	state      tracker.State
}

// templated returns the trackers of the template that the group gets with this request.
func (g *Group) templated(r *TrackRequest) ([]startingTracker, error) {
	if g.initialized || len(r.Template) == 0 {
		return nil, nil
	}
	templated := make([]startingTracker, 0, len(r.Template))
	for _, d := range r.Template {
		if _, exists := g.find(d.Name()); exists {
			continue
		}
		s, err := startTracker(d, r.Now, true)
		if err != nil {
			return nil, fmt.Errorf("start template tracker %q: %w", d.Name(), err)
		}
		templated = append(templated, startingTracker{d, s})
	}
	return templated, nil
}

// nextProgram returns the program of the group with the templated trackers, which it does not add yet.
func (g *Group) nextProgram(templated []startingTracker, compile Compiler) *states.Program {
	if len(templated) == 0 {
		return g.compiledProgram(compile)
	}
	defs := slices.Grow(g.list.all(), len(templated))
	for _, t := range templated {
		defs = append(defs, t.definition)
	}
	return compile(nil, defs)
}
