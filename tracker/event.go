package tracker

// EventKind names what happened to a tracker.
type EventKind string

// What can happen.
const (
	Added          EventKind = "ADDED"
	StageCompleted EventKind = "STAGE_COMPLETED"
	AllCompleted   EventKind = "ALL_COMPLETED"
	Reset          EventKind = "RESET"
	Limited        EventKind = "LIMITED"
	Removed        EventKind = "REMOVED" // by a call
	Expired        EventKind = "EXPIRED" // by its expiry
)

// Event is something that happened to a tracker, with the tracker as it was then.
type Event struct {
	Kind       EventKind
	Definition *Definition
	State      State
	// Limiter is the kind of the limiter that did it; Limited only.
	Limiter string
	// Cycles is how many cycles a stage completion spanned, when more than one; else 0.
	Cycles int64
}

// Outcome says what a call did to one tracker.
type Outcome uint8

const (
	// Same means that the data did not match, or gave no step.
	Same Outcome = iota
	// Changed means that the tracker moved.
	Changed
	// Refused means that it matched, but a limiter held it back, or it was limited already.
	Refused
	// LimitedNow means that the end of a window, or a limiter's Stop, limited it by this call.
	LimitedNow
	// Done means that it was completed already.
	Done
)

// String is a word for the outcome: same, changed, refused, limited or completed.
func (o Outcome) String() string {
	switch o {
	case Changed:
		return "changed"
	case Refused:
		return "refused"
	case LimitedNow:
		return "limited"
	case Done:
		return "completed"
	}
	return "same"
}
