package dictrack

import (
	"encoding/json"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/value"
)

// Matches reports whether all conditions hold for the message.
func (e *Explanation) Matches() bool {
	for i := range e.Conditions {
		if !e.Conditions[i].Holds {
			return false
		}
	}
	return true
}

// MarshalJSON writes the explanation as an object. Its outcome is the word of Outcome.String, numbers are exact, and
// error is missing when there is none.
func (e Explanation) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Tracker    string            `json:"tracker"`
		Kind       string            `json:"kind"`
		Matches    bool              `json:"matches"`
		Outcome    string            `json:"outcome"`
		Conditions []ConditionResult `json:"conditions"`
		Events     []Event           `json:"events"`
		Before     Snapshot          `json:"before"`
		After      Snapshot          `json:"after"`
		Error      string            `json:"error,omitempty"`
	}{
		e.Before.Name, e.Before.Kind, e.Matches(), e.Outcome.String(), append([]ConditionResult{}, e.Conditions...),
		append([]Event{}, e.Events...), e.Before, e.After, errorText(e.Err),
	})
}

// MarshalJSON writes the result as an object. Its value is missing when the condition found nothing at its path.
func (r ConditionResult) MarshalJSON() ([]byte, error) {
	var found json.RawMessage
	if r.Value.Present() {
		text, err := value.AppendCanonical(nil, r.Value.Any())
		if err != nil {
			return nil, err
		}
		found = text
	}
	return json.Marshal(struct {
		Condition condition.Condition `json:"condition"`
		Holds     bool                `json:"holds"`
		Value     json.RawMessage     `json:"value,omitempty"`
		Error     string              `json:"error,omitempty"`
	}{r.Condition, r.Holds, found, errorText(r.Err)})
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
