package dictrack

import (
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/tracker"
)

// What an ordinary program names of other packages, so that it imports this one, condition and limiter.
type (
	// Spec describes a tracker before it is checked; Count, Sum and Custom build one.
	Spec = tracker.Spec
	// Snapshot is a tracker as it was at one moment.
	Snapshot = tracker.Snapshot
	// Outcome says what a message did to one tracker.
	Outcome = tracker.Outcome
	// EventKind names what happened to a tracker.
	EventKind = tracker.EventKind
	// ResetPolicy says what a reset resets: a set of flags.
	ResetPolicy = tracker.Policy
	// ResetOptions are the arguments of a reset by hand.
	ResetOptions = tracker.ResetOptions
	// Registry knows the kinds of trackers, conditions and limiters that a program adds.
	Registry = tracker.Registry
	// FieldError says that the value at a path is not what is allowed there.
	FieldError = field.Error
	// FieldErrors are all mistakes of one argument.
	FieldErrors = field.Errors
)

// The outcomes.
const (
	Unchanged        = tracker.Unchanged
	Changed          = tracker.Changed
	Refused          = tracker.Refused
	BecameLimited    = tracker.BecameLimited
	AlreadyCompleted = tracker.AlreadyCompleted
)

// The flags of a ResetPolicy. ResetStage is for resets by hand only.
const (
	ResetNone     = tracker.ResetNone
	ResetProgress = tracker.ResetProgress
	ResetLimiter  = tracker.ResetLimiter
	ResetAll      = tracker.ResetAll
	ResetStage    = tracker.ResetStage
)

// The kinds of events.
const (
	EventAdded          = tracker.EventAdded
	EventStageCompleted = tracker.EventStageCompleted
	EventAllCompleted   = tracker.EventAllCompleted
	EventReset          = tracker.EventReset
	EventLimited        = tracker.EventLimited
	EventRemoved        = tracker.EventRemoved
	EventExpired        = tracker.EventExpired
)
