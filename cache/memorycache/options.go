package memorycache

import (
	"errors"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/sieve"
)

// Options limit how much a Cache holds in memory. When a limit is exceeded, groups that were not used recently are
// evicted; their next call loads them from the store again. A group with a call under way stays, whatever the limits
// say. The zero Options set no limit.
//
// Limits need a store: without one, an evicted group would be lost.
type Options struct {
	// MaxGroups is the maximum number of groups in memory. Default: no limit.
	MaxGroups int
	// MaxBytes is the maximum size of all groups in memory, as estimated by group.Group.Size. Default: no limit.
	MaxBytes int64
}

func (o Options) limits() sieve.Limits {
	return sieve.Limits{MaxItems: o.MaxGroups, MaxBytes: o.MaxBytes}
}

func (o Options) validate(hasStore bool) error {
	if err := o.limits().Validate(); err != nil {
		return err
	}
	if o == (Options{}) || hasStore {
		return nil
	}
	wrong := func(path string, value any) error {
		return &field.Error{Path: path, Value: value, Want: "want 0 without a store, since an evicted group would be lost"}
	}
	var errs []error
	if o.MaxGroups > 0 {
		errs = append(errs, wrong("options.MaxGroups", o.MaxGroups))
	}
	if o.MaxBytes > 0 {
		errs = append(errs, wrong("options.MaxBytes", o.MaxBytes))
	}
	return errors.Join(errs...)
}
