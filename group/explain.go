package group

import (
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// Explanation is what Track would do to one tracker, and why.
type Explanation struct {
	Definition *tracker.Definition
	Before     tracker.State
	Conditions []ConditionResult
	Outcome    tracker.Outcome
	After      tracker.State
	Events     []tracker.Event
	// Err is the error of custom code.
	Err error
}

// ConditionResult is the result of one condition.
type ConditionResult struct {
	Condition condition.Condition
	Holds     bool
	// Value is the value at the condition's path; Absent when there is none, or for a custom condition.
	Value value.Value
	// Err is the error of a custom condition.
	Err error
}

// Explain returns what Track would do to each tracker, and changes nothing. It returns an error when Track would
// refuse the message, and then the same one.
func (g *Group) Explain(r *TrackRequest) ([]Explanation, error) {
	templated, err := g.templated(r)
	if err != nil {
		return nil, err
	}
	if err := g.nextProgram(templated, r.Compile).Match(r.Data, r.Scratch); err != nil {
		return nil, err
	}
	data, decodeErr := r.Data.Decode()
	if decodeErr != nil { // a duplicate key that no condition reads: an error for custom code only
		data = r.Data.DecodeLast()
	}
	explanations := make([]Explanation, 0, g.Len()+len(templated))
	for _, i := range g.indexes() {
		explanations = append(explanations, explain(startingTracker{g.list.at(i), g.state(i)}, data, decodeErr, r.Now))
	}
	for _, t := range templated {
		e := explain(t, data, decodeErr, r.Now)
		added := tracker.Event{Kind: tracker.EventAdded, Definition: t.definition, State: t.state}
		e.Events = append([]tracker.Event{added}, e.Events...)
		explanations = append(explanations, e)
	}
	return explanations, nil
}

// explain applies the clock and the message to a copy of one tracker. decodeErr is why custom code cannot get the data;
// nil if it can.
func explain(t startingTracker, data map[string]any, decodeErr error, now int64) Explanation {
	d, s := t.definition, t.state
	e := Explanation{Definition: d, Before: s, After: s}
	matches := e.evaluateConditions(data, decodeErr)
	if s.Expired(now) {
		e.Events = []tracker.Event{{Kind: tracker.EventExpired, Definition: d, State: s}}
		return e
	}
	if next, _, events, err := tick(d, s, now, nil); err == nil {
		e.After, e.Events = next, events
	}
	switch {
	case e.After.Limited && !s.Limited:
		e.Outcome = tracker.BecameLimited
		return e
	case e.After.Completed && !s.Completed:
		e.Outcome = tracker.Changed
		return e
	}
	if d.NeedsData() && matches && e.Err == nil {
		e.Err = decodeErr
	}
	if matches && e.Err == nil {
		e.step(data, now)
	}
	return e
}

// evaluateConditions evaluates all conditions, custom ones last. Track stops at the first that does not hold, so an
// error counts only when all conditions before it held.
func (e *Explanation) evaluateConditions(data map[string]any, decodeErr error) (matches bool) {
	where := e.Definition.Where()
	e.Conditions, matches = make([]ConditionResult, len(where)), true
	for _, custom := range []bool{false, true} {
		for i := range where {
			if where[i].Custom() != custom {
				continue
			}
			result := evaluateCondition(&where[i], data, decodeErr)
			if matches {
				e.Err = result.Err
			}
			e.Conditions[i], matches = result, matches && result.Holds
		}
	}
	return matches
}

// step applies the message, which matched.
func (e *Explanation) step(data map[string]any, now int64) {
	in := tracker.Input{Data: data}
	for _, p := range e.Definition.Paths() {
		v := p.Path.Lookup(data)
		in.Values = append(in.Values, &v)
	}
	next, outcome, events, err := stepCustom(e.Definition, e.After, in, now, e.Events)
	if e.Err = err; err == nil {
		e.After, e.Outcome, e.Events = next, outcome, events
	}
}

func evaluateCondition(c *condition.Condition, data map[string]any, decodeErr error) (result ConditionResult) {
	result.Condition = *c
	if c.Custom() && decodeErr != nil {
		result.Err = decodeErr
		return result
	}
	defer recoverTo(&result.Err)
	if !c.Custom() {
		result.Value = c.Path().Lookup(data)
	}
	result.Holds = c.Match(data)
	return result
}
