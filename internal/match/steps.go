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
// progress. It returns how many it stepped; the next one is to be stepped otherwise.
func (x *Scratch) Advance(cells []tracker.Cell, hits []int32) int {
	n := 0
	for n < len(hits) {
		part := x.set
		for hits[n] < part.from {
			part = part.under
		}
		end := n + 1
		for last := int32(part.Len()); end < len(hits) && hits[end] < last; {
			end = len(hits) // hits are in order: mostly all of them are of one part
			for hits[end-1] >= last {
				end--
			}
		}
		done := x.advance(part, cells, hits[n:end])
		if n += done; n < end {
			return n
		}
	}
	return n
}

// advance is Advance of hits in one part.
func (x *Scratch) advance(part *Set, cells []tracker.Cell, hits []int32) int {
	steps, paces, amounts := part.steps, part.paces.list, x.stepsOf(part)
	for n, place := range hits {
		p := &paces[steps[place-part.from]]
		if !cells[place].Add(amounts[p.slot], p.limit) {
			return n
		}
	}
	return len(hits)
}

// noStep is more than any step.
const noStep = 1 << 63

// stepsOf is what a step adds: 1 for a count, and behind it, by slot, the number of the data there, if it is whole and
// not below 0.
func (x *Scratch) stepsOf(part *Set) []uint64 {
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
