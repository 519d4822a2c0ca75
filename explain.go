package dictrack

import (
	"context"
	"fmt"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/notify"
	"github.com/dictrack/dictrack/value"
)

// Explanation says what Track would do to one tracker, and why.
type Explanation struct {
	// Before and After are the tracker without and with the message.
	Before, After Snapshot
	// Conditions are those of the tracker, in their order, each with the value that it saw.
	Conditions []ConditionResult
	// Outcome is what would happen to the tracker, with these Events.
	Outcome Outcome
	Events  []Event
	// Err is the failure of custom code; the tracker would then not move.
	Err error
}

// ConditionResult is what one condition makes of a message.
type ConditionResult struct {
	Condition condition.Condition
	Holds     bool
	// Value is what the condition found at its path. Its kind is value.Absent if there was nothing, and for custom
	// conditions, which see all data.
	Value value.Value
	// Err is the failure of a custom condition.
	Err error
}

// Explain says what Track would do with a message, now, for each tracker that the group has or would get from a template.
// It changes nothing. The ID and the Time of the message are not looked at.
func (m *Manager) Explain(ctx context.Context, msg Message) ([]Explanation, error) {
	data, err := msg.data()
	if err != nil {
		return nil, classify(fmt.Errorf("explain group %q: %w", msg.Group, err))
	}
	explained, info, err := m.engine.Explain(ctx, msg.Group, data)
	if err != nil {
		return nil, classify(err)
	}
	list := make([]Explanation, 0, len(explained))
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
		out.Conditions = append(out.Conditions, ConditionResult(j))
	}
	return out
}
