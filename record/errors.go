package record

import (
	"errors"
	"fmt"
)

// ErrClosed means that the cache or store was closed. The call did nothing.
var ErrClosed = errors.New("closed; no more calls are taken")

// ErrUnavailable means that a server cannot be reached, or does not answer, and that the same call may succeed later.
var ErrUnavailable = errors.New("unavailable; try again later")

// Unavailable returns err as an error that is an ErrUnavailable too. Its text stays.
func Unavailable(err error) error { return unavailableError{err} }

type unavailableError struct{ error }

// Is makes it an ErrUnavailable.
func (unavailableError) Is(target error) bool { return target == ErrUnavailable }

// Unwrap returns the error itself.
func (e unavailableError) Unwrap() error { return e.error }

// CorruptError means that a record in a store or in a shared cache is not what this program writes. Nothing is deleted,
// and other groups are not affected.
type CorruptError struct {
	// Record names it: `group "Robot001"`, "definition 3f...".
	Record string
	// Reason says what is wrong with it.
	Reason string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("stored record %s cannot be read: %s", e.Record, e.Reason)
}

// FormatError means that a record was written in another version of the format.
type FormatError struct {
	// Record names it; empty for a store as a whole.
	Record string
	// Found is the version of the record, Known the one that this program reads and writes.
	Found, Known int
}

func (e *FormatError) Error() string {
	what := "the data"
	if e.Record != "" {
		what = "stored record " + e.Record
	}
	return fmt.Sprintf("%s has format %d, this program reads format %d: use the matching version of dictrack", what, e.Found, e.Known)
}
