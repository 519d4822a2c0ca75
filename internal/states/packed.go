// Package states holds the states of a group's trackers in little memory, and steps many of them at once.
//
// A [Table] stores a state in four bytes where it is nothing but a small whole progress, and in 16 bytes more
// otherwise. A [Program] is a compiled list of definitions: it finds the trackers that a message matches and adds to
// their progress in place, for as long as adding is all that the step does. Any other step is
// [tracker.Definition.Step].
package states

import (
	"math"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/tracker"
)

// Packed is a [tracker.State] in 16 bytes without pointers, so that the garbage collector need not scan tables of
// them. What does not fit is in the [Overflow] that goes with it.
type Packed struct {
	coef  uint64 // coefficient of the progress
	head  uint32 // its exponent, the flags and the stage: 16, 8 and 8 bits
	cycle uint32
}

const (
	flagNegative  = 1 << (iota + 8)
	flagCompleted // as in tracker.State
	flagLimited
	flagRemoved
	flagExtra // the state has an Extra
	flagWide  // stage and cycle are in the Overflow
)

// headPlain is the head of a state that is a whole progress from 0 in stage 1 and nothing else.
const headPlain = 1

// Overflow is what a [Packed] state cannot hold: the zero Overflow for most.
type Overflow struct {
	extra *tracker.Extra
	wide  *counters
}

// counters are a stage and a cycle that are too large for a Packed.
type counters struct {
	stage int32
	cycle int64
}

// Empty reports whether there is nothing in o.
func (o Overflow) Empty() bool { return o == Overflow{} }

// RemovedPacked is the state at the index of a tracker that was removed.
func RemovedPacked() Packed { return Packed{head: flagRemoved | headPlain, cycle: 1} }

// Pack packs s. The Overflow has what does not fit.
func Pack(s *tracker.State) (Packed, Overflow) {
	coef, exp, neg := s.Progress.Parts()
	p := Packed{coef: coef, head: uint32(uint16(exp)) << 16}
	p.flag(neg, flagNegative)
	p.flag(s.Completed, flagCompleted)
	p.flag(s.Limited, flagLimited)
	p.flag(s.Removed, flagRemoved)
	p.flag(s.Extra != nil, flagExtra)
	if s.Stage < 0 || s.Stage > math.MaxUint8 || s.Cycle < 0 || s.Cycle > math.MaxUint32 {
		p.head |= flagWide
		return p, Overflow{s.Extra, &counters{s.Stage, s.Cycle}}
	}
	p.head |= uint32(s.Stage)
	p.cycle = uint32(s.Cycle)
	return p, Overflow{extra: s.Extra}
}

func (p *Packed) flag(set bool, flag uint32) {
	if set {
		p.head |= flag
	}
}

// State unpacks p; o is the Overflow that Pack returned with it.
func (p Packed) State(o Overflow) tracker.State {
	s := tracker.State{
		Progress: decimal.FromParts(p.coef, int16(p.head>>16), p.head&flagNegative != 0),
		Stage:    int32(p.head & math.MaxUint8), Cycle: int64(p.cycle),
		Completed: p.Completed(), Limited: p.Limited(), Removed: p.Removed(),
	}
	if p.head&flagWide != 0 && o.wide != nil {
		s.Stage, s.Cycle = o.wide.stage, o.wide.cycle
	}
	if p.head&flagExtra != 0 {
		s.Extra = o.extra
	}
	return s
}

// HasOverflow reports whether an Overflow that is not empty goes with p.
func (p Packed) HasOverflow() bool { return p.head&(flagExtra|flagWide) != 0 }

// Removed reports whether the state is marked removed.
func (p Packed) Removed() bool { return p.head&flagRemoved != 0 }

// Completed reports whether the state is completed.
func (p Packed) Completed() bool { return p.head&flagCompleted != 0 }

// Limited reports whether the state is limited.
func (p Packed) Limited() bool { return p.head&flagLimited != 0 }

// plain reports whether p is a whole progress from 0 in stage 1 and nothing else.
func (p Packed) plain() bool { return p.head == headPlain && p.cycle == 1 }

// small reports whether a Table stores p in four bytes.
func (p Packed) small() bool { return p.plain() && p.coef < wideBit }
