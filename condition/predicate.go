package condition

import (
	"errors"
	"fmt"
)

// Predicate evaluates the whole data of a message for a registered kind of condition. Data from a Go program is as the
// caller passed it; data from JSON has nil, bool, int64, float64, string, []any and map[string]any. Package dotpath reads
// values at paths from both. A predicate must be pure (the same result for the same data), must not retain or change
// data, and must be safe for any goroutine. One that panics fails the trackers that depend on it, for that message only.
type Predicate interface {
	Match(data map[string]any) bool
}

// PredicateFunc makes a function a Predicate.
type PredicateFunc func(data map[string]any) bool

// Match calls f.
func (f PredicateFunc) Match(data map[string]any) bool { return f(data) }

// Factory makes the predicate of a registered kind from its arguments, in Go form (nil, bool, int64, float64, string,
// []any, map[string]any). It returns an error for arguments that it does not allow.
type Factory func(args any) (Predicate, error)

// make calls the factory and returns its panic as an error.
func (f Factory) make(args any) (p Predicate, err error) {
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("the factory panicked: %v", r)
		}
	}()
	if p, err = f(args); err == nil && p == nil {
		err = errors.New("the factory made no predicate of them")
	}
	return p, err
}
