package writebehind

import (
	"errors"
	"time"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/sieve"
)

const (
	defaultMaxDelay   = time.Second
	defaultMaxPending = 10_000
)

// Options limit how far the store may be behind the cache, and how much the cache holds in memory. The zero Options are
// usable.
type Options struct {
	// MaxDelay is the maximum age of a completed call before the store has it, as long as the store writes all dirty
	// groups in a quarter of that time: a group is written when its oldest unwritten call is half as old. At least a
	// millisecond. Default: 1 second.
	MaxDelay time.Duration
	// MaxPending is the maximum number of completed calls that the store does not have yet, whatever the store does.
	// Further calls that change something wait until the store has some of them, or until their context ends.
	// Default: 10,000.
	MaxPending int
	// MaxGroups is the maximum number of groups in memory. When it is exceeded, groups that were not used recently
	// are evicted. Dirty groups stay, so there may be up to MaxPending more. Default: no limit.
	MaxGroups int
	// MaxBytes is the maximum size of all groups in memory, as estimated by group.Group.Size, with the same
	// exception. Default: no limit.
	MaxBytes int64
}

func (o Options) limits() sieve.Limits {
	return sieve.Limits{MaxItems: o.MaxGroups, MaxBytes: o.MaxBytes}
}

// withDefaults fills in defaults. The error has a *field.Error for each invalid option.
func (o Options) withDefaults() (Options, error) {
	errs := []error{o.limits().Validate()}
	if o.MaxDelay != 0 && o.MaxDelay < time.Millisecond {
		errs = append(errs, &field.Error{
			Path: "options.MaxDelay", Value: o.MaxDelay.String(), Want: "want 0 for 1 second, or at least a millisecond",
		})
	}
	if o.MaxPending < 0 {
		errs = append(errs, &field.Error{
			Path: "options.MaxPending", Value: o.MaxPending, Want: "want 0 for 10,000, or at least 1",
		})
	}
	if o.MaxDelay == 0 {
		o.MaxDelay = defaultMaxDelay
	}
	if o.MaxPending == 0 {
		o.MaxPending = defaultMaxPending
	}
	return o, errors.Join(errs...)
}
