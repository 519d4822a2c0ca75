// Package limiter holds what holds a tracker back: a number of steps, a window of time, or a custom
// rule. A Limiter is an immutable definition; what changes lives in a State, and every method takes a
// State and returns the next one. Nothing here reads a clock.
//
//	limiter.Count(100)                     // a hundred steps, then limited until reset
//	limiter.Window(start, end)             // takes data from start to end, both inclusive
//	limiter.For(24 * time.Hour)            // a day from when the tracker is added
package limiter

import (
	"encoding/json"
	"math"
	"time"
)

// The built-in kinds.
const (
	KindCount = "count"
	KindTime  = "time"
)

// Never is the due time of a limiter that no clock will limit.
const Never = math.MaxInt64

// Limiter is one definition. Build it with the constructors or Registry.Parse; the zero Limiter is
// invalid. It is immutable, safe for any goroutine, and free to copy.
type Limiter struct {
	kind     string
	limit    int64 // count: steps allowed
	start    int64 // time: Unix seconds, meaningful when hasStart
	end      int64 // time: Unix seconds, meaningful when hasEnd
	duration int64 // time: seconds, 0 when end is given
	hasStart bool
	hasEnd   bool
	args     any // custom kind, in Go form
	rule     Rule
	id       string
	err      error
}

// State is what changes about a limiter. Limit and Left belong to count, Start and End (Unix seconds,
// both inclusive) to time, Own to a custom kind. Own is never changed in place.
type State struct {
	Limit, Left int64
	Start, End  int64
	PrivateState         []byte
}

// Verdict is what a limiter says to data that would move its tracker.
type Verdict uint8

const (
	// Pass lets the data through.
	Pass Verdict = iota
	// Hold refuses this data; later data may pass.
	Hold
	// Stop refuses it and limits the tracker until its limiters are reset.
	Stop
)

// Kind returns "count", "time" or the name of a custom kind.
func (l *Limiter) Kind() string { return l.kind }

// Custom tells whether the limiter is of a registered kind.
func (l *Limiter) Custom() bool { return l.rule != nil }

// ID is the canonical JSON of the limiter.
func (l *Limiter) ID() string { return l.id }

// String is the canonical JSON, or what is wrong with the limiter.
func (l Limiter) String() string {
	if l.err != nil {
		return l.err.Error()
	}
	return l.id
}

// Err returns what is wrong with the limiter, nil for a usable one.
func (l *Limiter) Err() error { return l.err }

// MarshalJSON writes the canonical form.
func (l Limiter) MarshalJSON() ([]byte, error) {
	if l.err != nil {
		return nil, l.err
	}
	return json.RawMessage(l.id), nil
}

// Call is the moment a limiter is asked about: the time in Unix milliseconds, and the data. Data is for
// custom rules, which must not keep or change it; it is nil when the clock or a call by hand asks.
type Call struct {
	Now  int64
	Data map[string]any
}

// Seconds is the time of the call, cut to whole seconds: what windows compare with.
func (c Call) Seconds() int64 { return FloorSeconds(c.Now) }

// Time is the time of the call, in UTC.
func (c Call) Time() time.Time { return time.UnixMilli(c.Now).UTC() }

// FloorSeconds cuts Unix milliseconds to whole seconds, downwards also before 1970.
func FloorSeconds(ms int64) int64 {
	s := ms / 1000
	if ms%1000 < 0 {
		s--
	}
	return s
}

// Start is the state of the limiter when its tracker is added. A window that would start after its end
// is an error, unless lenient: a template's window may be over before a group is first seen.
func (l *Limiter) Start(c Call, lenient bool) (State, error) {
	switch l.kind {
	case KindCount:
		return State{Limit: l.limit, Left: l.limit}, nil
	case KindTime:
		return l.startWindow(c.Seconds(), lenient)
	}
	return State{PrivateState: l.rule.Start(c.Time())}, nil
}

// Before judges data that matched, before the step. A count lets everything pass: After limits the
// tracker when none is left, and a limited tracker is not asked.
func (l *Limiter) Before(s State, c Call) Verdict {
	switch l.kind {
	case KindCount:
		return Pass
	case KindTime:
		return windowVerdict(s, c.Seconds())
	}
	return l.rule.Before(s.PrivateState, c)
}

// After takes a step into account; limited tells that none is left.
func (l *Limiter) After(s State, c Call) (next State, limited bool) {
	switch l.kind {
	case KindCount:
		s.Left--
		return s, s.Left <= 0
	case KindTime:
		return s, false
	}
	s.PrivateState, limited = l.rule.After(s.PrivateState, c)
	return s, limited
}

// Due is the first Unix millisecond at which the clock alone limits the tracker, Never if none does.
func (l *Limiter) Due(s State) int64 {
	switch l.kind {
	case KindCount:
		return Never
	case KindTime:
		return (s.End + 1) * 1000
	}
	return l.customDue(s)
}

// customDue asks a custom rule; one that panics has no due time, since there is nobody to tell.
func (l *Limiter) customDue(s State) (due int64) {
	due = Never
	timed, ok := l.rule.(Timed)
	if !ok {
		return due
	}
	defer func() { _ = recover() }()
	if at := timed.Due(s.PrivateState); !at.IsZero() {
		due = at.UnixMilli()
	}
	return due
}
