package tracker

import (
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/field"
)

// mergeFieldErrors records mistakes and lets an unknown kind through as it is: callers branch on it.
func mergeFieldErrors(errs *field.Errors, path string, err error) error {
	var one *field.Error
	var all field.Errors
	if err == nil || errors.As(err, &one) || errors.As(err, &all) {
		errs.Merge(path, err)
		return nil
	}
	return err
}

// limiterError says which limiter an error is about.
func limiterError(i int, err error) error {
	var errs field.Errors
	if unknown := mergeFieldErrors(&errs, field.Index("limiters", i), err); unknown != nil {
		return fmt.Errorf("%s: %w", field.Index("limiters", i), unknown)
	}
	return errs.Err()
}
