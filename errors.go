package dictrack

import (
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/engine"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// The errors that callers branch on, with errors.Is. An error means that nothing was changed, with the exception of
// ErrUnknown.
var (
	// ErrInvalid: an argument is not allowed, and the same call will fail again. Where it is about a field, errors.As
	// finds a *FieldError or FieldErrors, which name the field, the value and what is allowed; where it is about the data
	// of a message, a *DataError; where it is about a tracker's spec, a *SpecError.
	ErrInvalid = errors.New("invalid argument")
	// ErrUnavailable: the store or the cache cannot be reached, or does not answer. Try again later; after an error that
	// is an ErrUnknown too, with the same ID only.
	ErrUnavailable = record.ErrUnavailable
	// ErrUnknown: nobody can say whether the call took effect; it did so wholly or not at all. A message with an ID can be
	// sent again with the same ID.
	ErrUnknown = cache.ErrUnknown
	// ErrClosed: the Manager was closed.
	ErrClosed = record.ErrClosed
	// ErrExists: the group has a tracker of that name already.
	ErrExists = group.ErrExists
	// ErrNotFound: the group has no tracker of that name.
	ErrNotFound = group.ErrNotFound
	// ErrCompleted: the tracker is completed; reset it first.
	ErrCompleted = tracker.ErrCompleted
	// ErrIDReused: the ID came before with other data.
	ErrIDReused = engine.ErrIDReused
	// ErrNotConfirmed: Flush was called without its confirmation.
	ErrNotConfirmed = errors.New("flush deletes everything; pass dictrack.FlushEverything to confirm")
)

// DataError says that the data of a message is not a JSON object that dictrack reads. It is an [ErrInvalid].
type DataError = engine.DataError

// TrackerError says that the custom code of one tracker failed for a message. That tracker did not move; the others did.
type TrackerError struct {
	Group, Tracker string
	Err            error
}

func (e *TrackerError) Error() string {
	return fmt.Sprintf("tracker %q of group %q: %v", e.Tracker, e.Group, e.Err)
}

// Unwrap returns the cause.
func (e *TrackerError) Unwrap() error { return e.Err }

// SpecError says that the spec of a tracker is not allowed. It wraps [FieldErrors], or the UnknownKindError of package
// tracker, condition or limiter. It is an [ErrInvalid].
type SpecError struct {
	Name string
	Err  error
}

func (e *SpecError) Error() string { return fmt.Sprintf("tracker %q: %v", e.Name, e.Err) }

// Unwrap returns the cause.
func (e *SpecError) Unwrap() error { return e.Err }

// invalidError is an error that is an ErrInvalid too.
type invalidError struct{ error }

// Is makes it an ErrInvalid.
func (e invalidError) Is(target error) bool { return target == ErrInvalid }

// Unwrap returns the error itself.
func (e invalidError) Unwrap() error { return e.error }

// classify makes an error about an argument an ErrInvalid. It keeps the text.
func classify(err error) error {
	var (
		field *FieldError
		data  *DataError
		spec  *SpecError
	)
	if errors.As(err, &field) || errors.As(err, &data) || errors.As(err, &spec) {
		return invalidError{err}
	}
	return err
}
