package match

import (
	"math"
	"math/bits"
	"sync"

	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// pace is the little that most steps need of a definition. Sets whose paths are the same share their paces, of which
// there are few: a tracker is two bytes that say which one it has.
type pace struct {
	limit uint64 // at most tracker.Quick; 0 where a step is always more than to add
	slot  int32  // of the number that a sum adds, plus 1; 0 for a count, which adds 1
}

// slow is the number of the pace of trackers that have none of their own.
const slow = 0

// paces numbers those that it is asked for. They are never taken away, so that there are few of them: limits are
// rounded down to a few digits, and trackers that come when there are too many are slow.
type paces struct {
	mu    sync.Mutex // protects all below
	known map[pace]uint16
	list  []pace // by number
}

func newPaces() *paces { return &paces{known: map[pace]uint16{{}: slow}, list: make([]pace, 1)} }

// number is that of a pace, and list has it at that place, among others.
func (p *paces) number(of pace) (number uint16, list []pace) {
	p.mu.Lock()
	defer p.mu.Unlock()
	number, ok := p.known[of]
	if !ok && len(p.list) <= math.MaxUint16 {
		number = uint16(len(p.list)) // #nosec G115 -- as said
		p.known[of], p.list = number, append(p.list, of)
	}
	return number, p.list
}

// roundLimit keeps the six upper bits of a limit: a tracker takes slow steps for the last hundredths of its way.
func roundLimit(limit uint64) uint64 {
	const digits = 6
	more := max(bits.Len64(limit)-digits, 0)
	return limit >> more << more
}

// pace notes the pace of a definition, and returns its number.
func (s *Set) pace(d *tracker.Definition) uint16 {
	of := pace{limit: roundLimit(d.Quick())}
	if key, sum := d.Key(); sum {
		of.slot = s.paths.sums(key) + 1
	}
	number, list := s.paths.paces.number(of)
	s.paces = list
	return number
}

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
	steps, paces, amounts := part.steps, part.paces, x.stepsOf(part.paths)
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
func (x *Scratch) stepsOf(p *Paths) []uint64 {
	x.amounts = sized(x.amounts, len(p.wants)+1)
	x.amounts[0] = 1
	for _, slot := range *p.summed.Load() {
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
