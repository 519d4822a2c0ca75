package dictrack

import (
	"context"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/notify"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// Explanation says what Track would do to one tracker, and why.
type Explanation struct {
	// Before and After are the tracker without and with the call.
	Before, After tracker.Snapshot
	// Conditions are the tracker's, in order, each with the value that it saw.
	Conditions []Judgement
	// Outcome is what would happen, Events what would be told.
	Outcome tracker.Outcome
	Events  []Event
	// Err is the failure of custom code; the tracker would not move.
	Err error
}

// Judgement is one condition and what it makes of the data.
type Judgement struct {
	Condition condition.Condition
	Holds     bool
	// Value stands at the condition's path; its kind is value.Absent when nothing does, and for custom
	// conditions, which see the whole data.
	Value value.Value
	Err   error
}

// Explain says what Track would do with data, for each tracker that the group has or would get from a
// template. It changes nothing.
func (m *Manager) Explain(ctx context.Context, group string, data map[string]any) ([]Explanation, error) {
	if data == nil {
		data = map[string]any{}
	}
	return m.explain(ctx, group, match.Data{Map: data})
}

// ExplainJSON is Explain for data as JSON text.
func (m *Manager) ExplainJSON(ctx context.Context, group string, data []byte) ([]Explanation, error) {
	return m.explain(ctx, group, match.Data{JSON: data})
}

func (m *Manager) explain(ctx context.Context, name string, data match.Data) ([]Explanation, error) {
	explained, info, err := m.engine.Explain(ctx, name, data)
	if err != nil {
		return nil, err
	}
	var list []Explanation
	for i := range explained {
		list = append(list, newExplanation(&info, &explained[i]))
	}
	return list, nil
}

func newExplanation(c *notify.CommitInfo, e *group.Explanation) Explanation {
	out := Explanation{
		Before: e.Definition.Snapshot(c.Group, e.Before), After: e.Definition.Snapshot(c.Group, e.After),
		Outcome: e.Outcome, Err: e.Err, Events: newEvents(c, e.Events),
	}
	for _, j := range e.Conditions {
		out.Conditions = append(out.Conditions, Judgement(j))
	}
	return out
}
