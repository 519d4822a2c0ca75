package group

import (
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// Explanation says what a call of Track would do to one tracker, and why.
type Explanation struct {
	Definition *tracker.Definition
	Before     tracker.State
	Conditions []ConditionResult
	Outcome    tracker.Outcome
	After      tracker.State
	Events     []tracker.Event
	// Err is the failure of custom code.
	Err error
}

// ConditionResult is one condition and what it saw.
type ConditionResult struct {
	Condition condition.Condition
	Holds     bool
	// Value stands at the condition's path; Absent when nothing does, or for a custom condition.
	Value value.Value
	// Err is the failure of a custom condition.
	Err error
}

// Explain says what Track would do to each tracker, changing nothing. The same error as Track's means
// that the data would be refused.
func (g *Group) Explain(c *TrackRequest) ([]Explanation, error) {
	fresh, err := g.templated(c)
	if err != nil {
		return nil, err
	}
	if err := g.nextProgram(fresh, c.Compile).Match(c.Data, c.Scratch); err != nil {
		return nil, err
	}
	data, custom := c.Data.Decode()
	if custom != nil { // a key given twice that no condition uses: only custom code minds
		data = c.Data.DecodeLast()
	}
	trackers := make([]startingTracker, 0, g.Len()+len(fresh))
	for _, i := range g.indexes() {
		trackers = append(trackers, startingTracker{g.list.at(i), g.state(i)})
	}
	explanations := make([]Explanation, 0, cap(trackers))
	for _, one := range trackers {
		explanations = append(explanations, explain(one, data, custom, c.Now))
	}
	for _, one := range fresh {
		e := explain(one, data, custom, c.Now)
		added := tracker.Event{Kind: tracker.EventAdded, Definition: one.definition, State: one.state}
		e.Events = append([]tracker.Event{added}, e.Events...)
		explanations = append(explanations, e)
	}
	return explanations, nil
}

// explain takes one tracker through a call; custom is why custom code cannot see the data.
func explain(one startingTracker, data map[string]any, custom error, now int64) Explanation {
	d, s := one.definition, one.state
	e := Explanation{Definition: d, Before: s, After: s}
	matches := e.evaluateConditions(data, custom)
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
		e.Err = custom
	}
	if matches && e.Err == nil {
		e.step(data, now)
	}
	return e
}

// evaluateConditions asks all conditions, those of registered kinds last. As in Track, which stops at the first that
// does not hold, a failure counts only when all before it held.
func (e *Explanation) evaluateConditions(data map[string]any, custom error) (matches bool) {
	where := e.Definition.Where()
	e.Conditions, matches = make([]ConditionResult, len(where)), true
	for _, last := range []bool{false, true} {
		for i := range where {
			if where[i].Custom() != last {
				continue
			}
			j := evaluateCondition(&where[i], data, custom)
			if matches {
				e.Err = j.Err
			}
			e.Conditions[i], matches = j, matches && j.Holds
		}
	}
	return matches
}

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

func evaluateCondition(c *condition.Condition, data map[string]any, custom error) (j ConditionResult) {
	j.Condition = *c
	if c.Custom() && custom != nil {
		j.Err = custom
		return j
	}
	defer recoverTo(&j.Err)
	if !c.Custom() {
		j.Value = c.Path().Lookup(data)
	}
	j.Holds = c.Match(data)
	return j
}
