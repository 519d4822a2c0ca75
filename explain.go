package dictrack

import (
	"context"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
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

func (m *Manager) explain(ctx context.Context, name string, data match.Data) (list []Explanation, err error) {
	now := m.now()
	err = m.read(ctx, name, func(g *group.Group) error {
		x := m.scratch()
		defer m.putScratch(x)
		call := group.Call{Data: data, Now: now, Compile: m.compiler, Scratch: x, Template: m.templates.definitions()}
		explained, err := g.Explain(&call)
		what := occasion{group: name, version: g.Version() + 1, now: now}
		for i := range explained {
			list = append(list, what.explanation(&explained[i]))
		}
		return err
	})
	return list, err
}

func (o *occasion) explanation(e *group.Explanation) Explanation {
	out := Explanation{
		Before: e.Definition.Snapshot(o.group, e.Before), After: e.Definition.Snapshot(o.group, e.After),
		Outcome: e.Outcome, Err: e.Err,
	}
	for _, j := range e.Conditions {
		out.Conditions = append(out.Conditions, Judgement(j))
	}
	for i := range e.Events {
		out.Events = append(out.Events, o.event(i, &e.Events[i]))
	}
	return out
}
