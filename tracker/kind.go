package tracker

import (
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/value"
)

// Kind is the rule of one kind of tracker, built-in or custom: what a message does to progress, and when progress has
// reached a target. It has no state itself: a KindState comes in and the next one goes out. A Kind is pure and safe for
// concurrent use. A custom Kind that panics fails its tracker for that message, and nothing else. Embed BaseKind for
// the methods that a kind does not need.
type Kind interface {
	// Paths are the paths of the values that Step reads: Input.Values has them in this order. A custom kind without
	// paths gets the whole data of each message instead.
	Paths() []dotpath.Request
	// Step returns the next state for a message that met all conditions; ok is false when the message makes no step:
	// nothing about the tracker changes and no limiter is used up.
	Step(s KindState, in Input) (next KindState, ok bool)
	// Reached reports whether a stage with this target is complete.
	Reached(s KindState, target decimal.Decimal) bool
	// Reset returns the private state with which progress starts, at now in Unix milliseconds: when the tracker is
	// added, and whenever its progress starts again.
	Reset(now int64) (privateState []byte)
	// Due is the first Unix millisecond at which Tick has something to do, limiter.Never for none. It is only asked
	// about a tracker that has a private state, limiters or an expiry.
	Due(s KindState) int64
	// Tick returns the state after what the clock alone does up to now; changed is false when that is nothing.
	Tick(s KindState, now int64) (next KindState, changed bool)
	// Describe returns what a Snapshot shows of the private state, values with a JSON form by name; nil for nothing.
	Describe(s KindState) map[string]any
	// Fast says how a step can be taken without calling Step.
	Fast() FastRule
}

// KindState is the part of a State that a Kind decides about.
type KindState struct {
	Progress decimal.Decimal
	// PrivateState is what a kind has to remember besides. It is nil at first, unless Reset says otherwise, and is
	// never changed in place.
	PrivateState []byte
}

// Input is a message that met all conditions of a tracker. A Kind must neither retain nor change it.
type Input struct {
	// Values are those at Kind.Paths; a value that is absent is value.Absent.
	Values []*value.Value
	// Data is the whole data; it may be nil unless the definition NeedsData.
	Data map[string]any
	// Now is the time of the call in Unix milliseconds; Step sets it.
	Now int64
}

// FastRule says how the progress of a kind may be moved without Kind.Step, while it is a whole number that stays below
// the target.
type FastRule uint8

const (
	// FastNone is for kinds of which every step needs Kind.Step.
	FastNone FastRule = iota
	// FastAddOne adds 1.
	FastAddOne
	// FastAddValue adds the number at the first path, if it is a whole number from 0; another value needs Kind.Step.
	FastAddValue
)

// BaseKind has all methods of a Kind but Step, for a custom kind that reads the whole data, completes a stage when
// progress is at least the target, and does nothing by the clock.
type BaseKind struct{}

// Paths returns none.
func (BaseKind) Paths() []dotpath.Request { return nil }

// Reached reports whether progress is at least the target.
func (BaseKind) Reached(s KindState, target decimal.Decimal) bool { return s.Progress.Cmp(target) >= 0 }

// Reset returns nil.
func (BaseKind) Reset(int64) []byte { return nil }

// Due is limiter.Never.
func (BaseKind) Due(KindState) int64 { return limiter.Never }

// Tick changes nothing.
func (BaseKind) Tick(s KindState, _ int64) (KindState, bool) { return s, false }

// Describe returns nil.
func (BaseKind) Describe(KindState) map[string]any { return nil }

// Fast is FastNone.
func (BaseKind) Fast() FastRule { return FastNone }
