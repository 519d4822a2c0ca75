package cache

import "errors"

// ErrUnknown means that the outcome of the call is not known: it took effect wholly or not at all. Only a call with a
// message id can safely be retried.
var ErrUnknown = errors.New("the outcome is unknown: it took effect wholly or not at all; retry with the same id")

// Conflict is an error of Persist that names the groups whose version was not the base of their change. The changes of
// the others were stored.
type Conflict interface {
	error
	Conflicted(group string) bool
}
