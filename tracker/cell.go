package tracker

import (
	"math"

	"github.com/dictrack/dictrack/decimal"
)

// Cell is a State in 16 bytes and without pointers, so that the garbage collector looks at none of many. What does not
// fit is beside it, in an Extra. See Cells.
type Cell struct {
	coef  uint64 // of the progress
	head  uint32 // its exponent, the flags and the stage: 16, 8 and 8 bits
	cycle uint32
}

const (
	cellNegative  = 1 << (iota + 8)
	cellCompleted // as in State
	cellLimited
	cellRemoved
	cellExtra // the State has an Extra
	cellWide  // stage and cycle are in the Extra too
)

// cellPlain is the head of a cell of which nothing but the progress counts: a whole number from 0, in stage 1.
const cellPlain = 1

// RemovedCell marks the place of a tracker that is gone.
func RemovedCell() Cell { return Cell{head: cellRemoved | cellPlain, cycle: 1} }

// Pack makes the cell of s. With it goes what the cell does not hold: nil for most.
func (s *State) Pack() (Cell, *Extra) {
	coef, exp, neg := s.Progress.Parts()
	c := Cell{coef: coef, head: uint32(uint16(exp)) << 16}
	c.flag(neg, cellNegative)
	c.flag(s.Completed, cellCompleted)
	c.flag(s.Limited, cellLimited)
	c.flag(s.Removed, cellRemoved)
	c.flag(s.Extra != nil, cellExtra)
	if s.Stage < 0 || s.Stage > math.MaxUint8 || s.Cycle < 0 || s.Cycle > math.MaxUint32 {
		c.head |= cellWide
		return c, s.withExtra(func(e *Extra) { e.Stage, e.Cycle = s.Stage, s.Cycle }).Extra
	}
	c.head |= uint32(s.Stage)
	c.cycle = uint32(s.Cycle)
	return c, s.Extra
}

func (c *Cell) flag(set bool, flag uint32) {
	if set {
		c.head |= flag
	}
}

// State is the state that was packed; beside is what went with the cell.
func (c Cell) State(beside *Extra) State {
	s := State{
		Progress: decimal.FromParts(c.coef, int16(c.head>>16), c.head&cellNegative != 0),
		Stage:    int32(c.head & math.MaxUint8), Cycle: int64(c.cycle),
		Completed: c.Completed(), Limited: c.Limited(), Removed: c.Removed(),
	}
	if c.head&cellWide != 0 && beside != nil {
		own := *beside
		s.Stage, s.Cycle, own.Stage, own.Cycle = own.Stage, own.Cycle, 0, 0
		beside = &own
	}
	if c.head&cellExtra != 0 {
		s.Extra = beside
	}
	return s
}

// Beside tells whether something goes with the cell.
func (c Cell) Beside() bool { return c.head&(cellExtra|cellWide) != 0 }

// Removed is that of the State.
func (c Cell) Removed() bool { return c.head&cellRemoved != 0 }

// Completed is that of the State.
func (c Cell) Completed() bool { return c.head&cellCompleted != 0 }

// Limited is that of the State.
func (c Cell) Limited() bool { return c.head&cellLimited != 0 }
