package sieve

import (
	"errors"

	"github.com/dictrack/dictrack/field"
)

// Limits is how much may be held in memory. The zero Limits are no limit.
type Limits struct {
	MaxItems int   // 0 means any number
	MaxBytes int64 // 0 means any size
}

// Validate checks the options MaxGroups and MaxBytes that the limits come from, and returns a *field.Error for each one
// that is negative, joined.
func (l Limits) Validate() error {
	var errs []error
	reject := func(path string, value any) {
		errs = append(errs, &field.Error{Path: path, Value: value, Want: "want 0 for no limit, or at least 1"})
	}
	if l.MaxItems < 0 {
		reject("options.MaxGroups", l.MaxItems)
	}
	if l.MaxBytes < 0 {
		reject("options.MaxBytes", l.MaxBytes)
	}
	return errors.Join(errs...)
}
