package limiter

import (
	"time"

	"github.com/dictrack/dictrack/decimal"
)

// Rule is the behaviour of one kind of limiter, built-in or custom. It has no state itself: every method gets a State
// and returns the next one. A Rule is pure and safe for concurrent use. A custom Rule that panics fails its tracker
// for that message, and nothing else. Embed BaseRule for the methods that a kind does not need.
type Rule interface {
	// Start returns the state for a tracker that is added. The error is a *field.Error.
	Start(in Input) (State, error)
	// Before decides about a message that matched, before its step; a tracker that is limited already is not asked. It
	// is also called when the clock has reached Due, then with nil Data.
	Before(s State, in Input) Verdict
	// After accounts for a step; limited holds the tracker back until its limiters are reset.
	After(s State, in Input) (next State, limited bool)
	// StageDone starts again after a completed stage, when the reset policy includes limiters.
	StageDone(s State, in Input) (next State, limited bool)
	// Reset starts again by hand. It returns an error for arguments that it does not allow.
	Reset(s State, r Reset, in Input) (next State, limited bool, err error)
	// Due is the first Unix millisecond at which Before may return Stop without a message, Never for none.
	Due(s State) int64
}

// Input is what a limiter decides on: the time, the message, and the tracker. Before sees the tracker as it is before
// the step, After and StageDone as it is after it.
type Input struct {
	// Now is in Unix milliseconds.
	Now int64
	// Data is the data of the message, for custom rules, which must not retain or change it. It is nil when the clock or
	// a call by hand asks.
	Data map[string]any
	// Progress, Target, Stage and Cycle are those of the tracker; Target is that of the stage.
	Progress, Target decimal.Decimal
	Stage            int32
	Cycle            int64
	// AllowElapsed is for Start: a time window may be over already, as that of a template for a new group.
	AllowElapsed bool
}

// Seconds is Now cut to whole seconds: what windows compare with.
func (in Input) Seconds() int64 { return FloorSeconds(in.Now) }

// Time is Now as a time in UTC.
func (in Input) Time() time.Time { return time.UnixMilli(in.Now).UTC() }

// FloorSeconds cuts Unix milliseconds to whole seconds, downwards also before 1970.
func FloorSeconds(ms int64) int64 {
	s := ms / 1000
	if ms%1000 < 0 {
		s--
	}
	return s
}

// Verdict is what a limiter decides about a message that would move its tracker.
type Verdict uint8

const (
	// Pass lets the message through.
	Pass Verdict = iota
	// Hold refuses this message; later ones may pass.
	Hold
	// Stop refuses it and limits the tracker until its limiters are reset.
	Stop
)

// BaseRule has the methods of a Rule that restricts nothing, to be embedded in custom rules.
type BaseRule struct{}

// Start returns the zero State.
func (BaseRule) Start(Input) (State, error) { return State{}, nil }

// Before returns Pass.
func (BaseRule) Before(State, Input) Verdict { return Pass }

// After changes nothing.
func (BaseRule) After(s State, _ Input) (State, bool) { return s, false }

// StageDone changes nothing.
func (BaseRule) StageDone(s State, _ Input) (State, bool) { return s, false }

// Reset returns the zero State.
func (BaseRule) Reset(State, Reset, Input) (State, bool, error) { return State{}, false, nil }

// Due is Never.
func (BaseRule) Due(State) int64 { return Never }
