// Package limiter restricts when and how often a tracker takes messages: a number of steps, a window of time, or a
// custom rule. A Limiter is an immutable definition; what changes is a State, and every method takes a State and
// returns the next one. Nothing here reads a clock.
//
//	limiter.Count(100)                     // a hundred steps, then limited until reset
//	limiter.Window(start, end)             // takes messages from start to end, both inclusive
//	limiter.For(24 * time.Hour)            // a day from when the tracker is added
package limiter

import (
	"encoding/json"
	"math"
	"slices"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/value"
)

// The built-in kinds.
const (
	KindCount = "count"
	KindTime  = "time"
)

// Never is the due time of a limiter that the clock never limits.
const Never = math.MaxInt64

// Limiter is the definition of one limiter. Build it with the constructors or Registry.Parse; the zero Limiter is
// invalid. It is immutable, safe for concurrent use, and may be copied.
type Limiter struct {
	kind   string
	rule   Rule // nil until a custom kind is bound
	custom bool
	args   any // of a custom kind, in Go form
	id     string
	err    error
}

// State is what changes about a limiter. A kind uses the fields that it needs; the state of a limiter that is not
// bound to time has a Start and an End of 0. PrivateState is never changed in place.
type State struct {
	Limit, Left  int64
	Start, End   int64 // Unix seconds, both inclusive
	PrivateState []byte
}

// Kind is "count", "time" or the name of a custom kind.
func (l *Limiter) Kind() string { return l.kind }

// Custom reports whether the limiter is of a registered kind, whose code may panic and looks at the data of messages.
func (l *Limiter) Custom() bool { return l.custom }

// ID is the canonical JSON of the limiter.
func (l *Limiter) ID() string { return l.id }

// String describes the limiter, such as "count limiter, limit 100", or what is wrong with it.
func (l Limiter) String() string {
	if l.err != nil {
		return l.err.Error()
	}
	if b, ok := l.rule.(builtin); ok {
		return b.describe()
	}
	if l.args == nil {
		return l.kind + " limiter"
	}
	args, _ := value.AppendCanonical(nil, l.args)
	return l.kind + " limiter, args " + string(args)
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

// Fields returns the JSON form of the limiter, in Go form: what Registry.Parse reads.
func (l *Limiter) Fields() map[string]any {
	m := map[string]any{"kind": l.kind}
	if b, ok := l.rule.(builtin); ok {
		b.addFields(m)
	} else if l.args != nil {
		m["args"], _ = value.Normalize(l.args) // a copy; it was normal before
	}
	return m
}

// builtin is what the built-in rules have besides: their own fields instead of args.
type builtin interface {
	Rule
	addFields(m map[string]any)
	describe() string
	describeState(s State) Description
}

// newLimiter is a limiter of a built-in kind.
func newLimiter(kind string, rule builtin, err error) Limiter {
	l := Limiter{kind: kind, rule: rule, err: err}
	return l.withID()
}

func (l Limiter) withID() Limiter {
	if l.err != nil {
		return l
	}
	id, err := value.AppendCanonical(nil, l.Fields())
	if err != nil {
		l.err = &field.Error{Path: "args", Want: "want a JSON value: " + err.Error()}
	}
	l.id = string(id)
	return l
}

// Start returns the state of the limiter when its tracker is added. See Rule for this and the next methods.
func (l *Limiter) Start(in Input) (State, error) { return l.rule.Start(in) }

// Before decides about a message that matched, before its step. A verdict that does not exist counts as Stop.
func (l *Limiter) Before(s State, in Input) Verdict { return min(l.rule.Before(s, in), Stop) }

// After accounts for a step; limited holds the tracker back until its limiters are reset.
func (l *Limiter) After(s State, in Input) (next State, limited bool) { return l.rule.After(s, in) }

// StageDone starts the limiter again after a completed stage, under a reset policy that includes limiters.
func (l *Limiter) StageDone(s State, in Input) (next State, limited bool) {
	return l.rule.StageDone(s, in)
}

// Reset starts the limiter again by hand; r must have passed Check.
func (l *Limiter) Reset(s State, r Reset, in Input) (next State, limited bool, err error) {
	return l.rule.Reset(s, r, in)
}

// Due is the first Unix millisecond at which the clock alone limits the tracker, Never if it does not. A custom rule
// that panics has no due time, since no caller could be told.
func (l *Limiter) Due(s State) (due int64) {
	if l.custom {
		due = Never
		defer func() { _ = recover() }()
	}
	return l.rule.Due(s)
}

// Describe describes a state of the limiter.
func (l *Limiter) Describe(s State) Description {
	if b, ok := l.rule.(builtin); ok {
		return b.describeState(s)
	}
	d := Description{Kind: l.kind, PrivateState: slices.Clone(s.PrivateState)}
	d.form = struct {
		Kind         string `json:"kind"`
		PrivateState []byte `json:"own,omitempty"`
	}{d.Kind, d.PrivateState}
	return d
}
