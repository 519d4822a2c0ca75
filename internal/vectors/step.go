package vectors

import (
	"time"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// ResetOf reads the arguments of a reset step.
func ResetOf(step map[string]any) (by tracker.ResetOptions, err error) {
	if v, ok := step["policy"]; ok {
		p, err := tracker.ParsePolicy(v)
		if err != nil {
			return by, err
		}
		by.Policy = p
	}
	if v, ok := step["limit"]; ok {
		n, ok := field.Int(v)
		if !ok {
			return by, &field.Error{Path: "limit", Value: v, Want: "want a number"}
		}
		by.Limit = limiter.NewLimit(n)
	}
	if v, ok := step["duration"]; ok {
		s, err := limiter.ParseDuration(v)
		if err != nil {
			return by, &field.Error{Path: "duration", Value: v, Want: err.Error()}
		}
		by.Duration = time.Duration(s) * time.Second
	}
	return by, nil
}
