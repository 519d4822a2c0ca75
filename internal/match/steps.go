package match

import (
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// slotOf is the slot of the number that the sum at a place adds; some other for a count.
func (s *Set) slotOf(place int32) int32 {
	for place < s.from {
		s = s.under
	}
	if key, sum := s.defs[place-s.from].Key(); sum {
		return s.paths.slot(key)
	}
	return 0
}

// Advance steps the trackers of hits, whose cells stand at their places, for as long as all that changes is their
// progress, and appends how each moved. The first hit that it did not step is to be stepped otherwise.
func (x *Scratch) Advance(cells *tracker.Cells, hits []int32, moved []tracker.Moved) []tracker.Moved {
	for len(hits) > 0 {
		part := x.set
		for hits[0] < part.from {
			part = part.under
		}
		end, before := part.ending(hits), len(moved)
		moved = cells.Advance(hits[:end], &part.pacing, x.amountsOf(part), moved)
		if len(moved)-before < end {
			break
		}
		hits = hits[end:]
	}
	return moved
}

// ending is how many of hits, which are in order, are in the part that the first one is in: mostly all.
func (s *Set) ending(hits []int32) int {
	end := len(hits)
	for last := int32(s.Len()); hits[end-1] >= last; {
		end--
	}
	return end
}

// noStep is more than any step.
const noStep = 1 << 63

// amountsOf are what a step can add: 1 for a count, and behind it, by slot, the number of the data there, if it is whole and
// not below 0.
func (x *Scratch) amountsOf(part *Set) []uint64 {
	x.amounts = sized(x.amounts, len(part.paths.wants)+1)
	x.amounts[0] = 1
	for _, slot := range part.paces.summed {
		amount, step := &x.slots[slot], uint64(noStep)
		if amount.Kind() == value.Int && amount.Int() >= 0 {
			step = uint64(amount.Int())
		}
		x.amounts[slot+1] = step
	}
	return x.amounts
}

// Amount is the value at the key of the sum at a place; for other kinds it means nothing.
func (x *Scratch) Amount(place int32) *value.Value { return &x.slots[x.set.slotOf(place)] }
