package cache

import (
	"errors"
	"fmt"
)

// ErrUnknown says that it is not known whether the call took effect: it did so wholly, or not at all.
// Only a call with an id can safely be made again.
var ErrUnknown = errors.New("the outcome is unknown: it took effect wholly or not at all; retry with the same id")

// ErrClosed says that the cache was closed; the call did nothing.
var ErrClosed = errors.New("closed; no more calls are taken")

// Conflict is an error of Persist that names the groups whose changes came too late, while those of the
// others were kept.
type Conflict interface {
	error
	Conflicted(group string) bool
}

// CorruptError says that what a cache keeps outside of this process is not what this program writes. Nothing is
// deleted, and other groups go on.
type CorruptError struct {
	// Record says which: "group Robot001".
	Record string
	// Reason says what is wrong with it.
	Reason string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("cached record %s cannot be read: %s", e.Record, e.Reason)
}

// FormatError says that a cached record was written by another version of the format.
type FormatError struct {
	Record       string
	Found, Known int
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("cached record %s has format %d, this program reads format %d: use the matching version of dictrack", e.Record, e.Found, e.Known)
}
