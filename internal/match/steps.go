package match

import (
	"math"

	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// quick is the little that most steps need of a definition: in the low bits tracker.Quick, above them 0 for a count, or
// the slot of the number that a sum adds, plus 1.
type quick uint64

const (
	limitBits = 40
	limitMask = 1<<limitBits - 1
	farSlot   = 1<<(64-limitBits) - 1 // the slot does not fit
)

func (s *Set) quickOf(d *tracker.Definition) quick {
	limit := quick(min(d.Quick(), limitMask))
	key, sum := d.Key()
	if !sum {
		return limit
	}
	slot := quick(s.paths.slot(key)) + 1
	if slot >= farSlot {
		return farSlot << limitBits
	}
	return slot<<limitBits | limit
}

// quick is that of the definition at a place.
func (s *Set) quick(place int32) quick {
	for place < s.from {
		s = s.under
	}
	return quick(s.steps[place-s.from])
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
	steps, slot, amount := part.steps, quick(0), uint64(1) // which the amount is of
	for n, place := range hits {
		q := quick(steps[place-part.from])
		if q>>limitBits != slot {
			slot = q >> limitBits
			if amount = x.step(slot); amount == noStep {
				return n
			}
		}
		if !cells[place].Add(amount, uint64(q&limitMask)) {
			return n
		}
	}
	return len(hits)
}

// noStep is more than any step.
const noStep = math.MaxUint64

// step is what a step adds: 1 for a count, otherwise the number at a slot, if it is whole and not below 0.
func (x *Scratch) step(slot quick) uint64 {
	if slot == 0 {
		return 1
	}
	if slot == farSlot {
		return noStep
	}
	amount := &x.slots[slot-1]
	if amount.Kind() != value.Int || amount.Int() < 0 {
		return noStep
	}
	return uint64(amount.Int())
}

// Amount is the value at the key of the sum at a place; for other kinds it means nothing.
func (x *Scratch) Amount(place int32) *value.Value {
	slot := x.set.quick(place) >> limitBits
	if slot == farSlot {
		key, _ := x.set.definition(place).Key()
		return &x.slots[x.set.paths.slot(key)]
	}
	return &x.slots[max(slot, 1)-1]
}
