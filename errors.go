package dictrack

import (
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/engine"
	"github.com/dictrack/dictrack/tracker"
)

// The errors that callers branch on, with errors.Is. What is wrong with an argument comes as
// *field.Error or field.Errors, which name the field, the value and what is allowed; kinds that nobody
// registered as an UnknownKindError of package tracker, condition or limiter. An error means that
// nothing was changed, ErrUnknown excepted.
var (
	// ErrUnknown: the outcome is not known. The call took effect wholly or not at all; one with an id may
	// be made again with the same id.
	ErrUnknown = cache.ErrUnknown
	// ErrClosed: the Manager was closed.
	ErrClosed = cache.ErrClosed
	// ErrExists: a tracker of that name is in the group already.
	ErrExists = group.ErrExists
	// ErrNotFound: the group has no tracker of that name.
	ErrNotFound = group.ErrNotFound
	// ErrCompleted: the tracker is completed; reset it first.
	ErrCompleted = tracker.ErrCompleted
	// ErrIDReused: the id was used before, with other data.
	ErrIDReused = engine.ErrIDReused
	// ErrNotConfirmed: Flush was called without its confirmation.
	ErrNotConfirmed = errors.New("flush deletes everything; pass dictrack.FlushEverything to confirm")
)

// TrackerError says that the custom code of one tracker failed for the data. The tracker did not move;
// the others did.
type TrackerError struct {
	Group, Tracker string
	Err            error
}

func (e *TrackerError) Error() string {
	return fmt.Sprintf("tracker %q of group %q: %v", e.Tracker, e.Group, e.Err)
}

// Unwrap returns the cause.
func (e *TrackerError) Unwrap() error { return e.Err }

// SpecError says that the spec of a tracker is not allowed. It wraps field.Errors, or an
// UnknownKindError.
type SpecError struct {
	Name string
	Err  error
}

func (e *SpecError) Error() string { return fmt.Sprintf("tracker %q: %v", e.Name, e.Err) }

// Unwrap returns the cause.
func (e *SpecError) Unwrap() error { return e.Err }
