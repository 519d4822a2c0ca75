package limiter

import (
	"fmt"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/schema"
)

// count is the rule of KindCount: State.Left of State.Limit steps are left.
type count struct {
	BaseRule
	limit int64
}

// Count allows n steps; a message that does not match, or makes no step, uses none up. n is at least 1.
func Count(n int64) Limiter {
	var err error
	if n < 1 {
		err = &field.Error{Path: "limit", Value: n, Want: "want a whole number of at least 1"}
	}
	return newLimiter(KindCount, count{limit: n}, err)
}

// countForm is how a count limiter is written.
var countForm = form{parse: parseCount, schema: schema.Variant{
	Required: []string{"limit"},
	Fields: []schema.Field{
		{Name: "limit", Doc: "number of steps until the tracker is limited", Value: schema.Schema{"type": "integer", "minimum": 1}},
	},
}}

func parseCount(fields *field.Reader) (Limiter, error) {
	fields.Require("limit", "want a whole number of at least 1")
	n, _ := fields.Int("limit", 1)
	if err := fields.Done(); err != nil {
		return Limiter{}, err
	}
	return Count(n), nil
}

func (c count) addFields(m map[string]any) { m["limit"] = c.limit }

func (c count) describe() string { return fmt.Sprintf("count limiter, limit %d", c.limit) }

// Start implements Rule. Before need not decide anything: After limits the tracker when no step is left.
func (c count) Start(Input) (State, error) { return State{Limit: c.limit, Left: c.limit}, nil }

// After implements Rule.
func (count) After(s State, _ Input) (State, bool) {
	s.Left--
	return s, s.Left <= 0
}

// StageDone implements Rule.
func (count) StageDone(s State, _ Input) (State, bool) {
	s.Left = s.Limit
	return s, s.Left <= 0
}

// Reset implements Rule. A new limit stays from then on.
func (c count) Reset(s State, r Reset, in Input) (State, bool, error) {
	if n, set := r.Limit.Get(); set {
		s.Limit = n
	}
	s, limited := c.StageDone(s, in)
	return s, limited, nil
}

func (count) describeState(s State) Description {
	d := Description{Kind: KindCount, Limit: s.Limit, Left: s.Left}
	d.form = struct {
		Kind  string `json:"kind"`
		Limit int64  `json:"limit"`
		Left  int64  `json:"left"`
	}{d.Kind, d.Limit, d.Left}
	return d
}
