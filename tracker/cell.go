package tracker

import (
	"math"

	"github.com/dictrack/dictrack/decimal"
)

// Cell is a State in 16 bytes and without pointers, so that a group can hold a million and the garbage collector
// looks at none. What does not fit is beside it, in an Extra.
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

// Add adds n, at most math.MaxInt64, to the progress of a tracker in its first stage, if that is all there is to the
// step: it stays below limit, which is the definition's Quick. Otherwise it leaves the cell alone and returns false.
func (c *Cell) Add(n, limit uint64) bool {
	next := c.coef + n
	if c.head != cellPlain || c.coef >= limit || next >= limit {
		return false
	}
	c.coef = next
	return true
}

// ReadPlain reads states of which nothing but the progress counts into cells, up to the first of which more does; it
// returns the bytes after them, and how many they are. Old are states of the same trackers: where something was beside
// one, or it was removed, ReadState has to be asked. It is ReadState at a fraction of its price, for the many.
func ReadPlain(src []byte, cells, old []Cell) (rest []byte, n int) {
	for n := range cells {
		if len(src) == 0 || src[0] != 0 || old[n].Beside() || old[n].Removed() {
			return src, n
		}
		progress, rest, ok := decimal.ReadBinary(src[1:])
		if !ok {
			return src, n
		}
		coef, exp, neg := progress.Parts()
		cells[n] = Cell{coef: coef, head: uint32(uint16(exp))<<16 | cellPlain, cycle: 1}
		cells[n].flag(neg, cellNegative)
		src = rest
	}
	return src, len(cells)
}

// AppendPlain writes what AppendState writes of the states in cells, up to the first of which more counts than a progress
// that is a whole number from 0; it returns how many those are. It is AppendState at a fifth of its price, for the many.
func AppendPlain(dst []byte, cells []Cell) ([]byte, int) {
	for n := range cells {
		c := &cells[n]
		if c.head != cellPlain || c.cycle != 1 {
			return dst, n
		}
		if c.coef < 1<<7 { // most, in the form of AppendBinary
			dst = append(dst, 0, byte(c.coef))
			continue
		}
		dst = decimal.FromParts(c.coef, 0, false).AppendBinary(append(dst, 0))
	}
	return dst, len(cells)
}
