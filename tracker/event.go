package tracker

// EventKind names what happened to a tracker.
type EventKind string

// What can happen.
const (
	EventAdded          EventKind = "ADDED"
	EventStageCompleted EventKind = "STAGE_COMPLETED"
	EventAllCompleted   EventKind = "ALL_COMPLETED"
	EventReset          EventKind = "RESET"
	EventLimited        EventKind = "LIMITED"
	EventRemoved        EventKind = "REMOVED" // by a call
	EventExpired        EventKind = "EXPIRED" // by its expiry
)

// EventKinds returns all kinds, in the order above.
func EventKinds() []EventKind {
	return []EventKind{
		EventAdded, EventStageCompleted, EventAllCompleted, EventReset, EventLimited, EventRemoved, EventExpired,
	}
}

// Event is something that happened to a tracker, with the tracker as it was then.
type Event struct {
	Kind       EventKind
	Definition *Definition
	State      State
	// Limiter is the kind of the limiter that held the tracker back, and LimiterIndex its index among the definition's
	// limiters; EventLimited only.
	Limiter      string
	LimiterIndex int
	// Cycles is how many cycles a stage completion spanned, when more than one; else 0.
	Cycles int64
}

// Outcome says what a call did to one tracker.
type Outcome uint8

const (
	// Unchanged means that the data did not match, or gave no step.
	Unchanged Outcome = iota
	// Changed means that the tracker moved.
	Changed
	// Refused means that it matched, but a limiter held it back, or it was limited already.
	Refused
	// BecameLimited means that the end of a window, or a limiter's Stop, limited it by this call.
	BecameLimited
	// AlreadyCompleted means that it was completed already.
	AlreadyCompleted
)

// String is a word for the outcome: same, changed, refused, limited or completed.
func (o Outcome) String() string {
	switch o {
	case Changed:
		return "changed"
	case Refused:
		return "refused"
	case BecameLimited:
		return "limited"
	case AlreadyCompleted:
		return "completed"
	}
	return "same"
}
