package match

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"

	"github.com/dictrack/dictrack/tracker"
)

// pace is the little that most steps need of a definition.
type pace struct {
	limit uint64 // at most tracker.Quick; 0 where a step is always more than to add
	slot  int32  // of the number that a sum adds, plus 1; 0 for a count, which adds 1
}

// slow is the number of the pace of trackers that have none of their own.
const slow = 0

// Paces are the paces of a set's trackers, of which there are few: a tracker is two bytes that say which one it has.
// They are immutable, but for those of a set made by Grow, and shared by sets that have the same.
type Paces struct {
	list   []pace  // by number
	summed []int32 // slots of which there are sums

	known map[pace]uint16 // of a set made by Grow
}

// paceOf is the pace of a definition.
func (s *Set) paceOf(d *tracker.Definition) pace {
	of := pace{limit: roundLimit(d.Quick())}
	if key, sum := d.Key(); sum {
		of.slot = s.paths.slot(key) + 1
	}
	return of
}

// roundLimit keeps the six upper bits of a limit, so that there are few: a tracker takes slow steps for the last
// hundredths of its way.
func roundLimit(limit uint64) uint64 {
	const digits = 6
	more := max(bits.Len64(limit)-digits, 0)
	return limit >> more << more
}

// pacing gives every tracker of a compiled set its pace.
func (s *Set) pacing(share Shared) {
	of := make([]pace, len(s.defs))
	for i, d := range s.defs {
		of[i] = s.paceOf(d)
	}
	distinct := slices.Compact(slices.SortedFunc(slices.Values(append(of, pace{})), comparePaces))
	distinct = distinct[:min(len(distinct), math.MaxUint16+1)] // others are slow
	s.paces = share.Paces(keyOfPaces(distinct), func() *Paces { return newPaces(distinct) })
	numbers := make(map[pace]uint16, len(distinct))
	for n, p := range distinct {
		numbers[p] = uint16(n) // #nosec G115 -- there are no more
	}
	s.steps = make([]uint16, len(s.defs))
	for i := range s.defs {
		s.steps[i] = numbers[of[i]]
	}
}

// comparePaces puts the slow one first.
func comparePaces(a, b pace) int {
	return cmp.Or(cmp.Compare(a.slot, b.slot), cmp.Compare(a.limit, b.limit))
}

func newPaces(list []pace) *Paces {
	p := &Paces{list: slices.Clip(list)}
	for _, one := range list {
		p.sums(one)
	}
	return p
}

func keyOfPaces(list []pace) string {
	text := make([]byte, 0, 12*len(list))
	for _, p := range list {
		text = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(text, uint32(p.slot)), p.limit)
	}
	return string(text)
}

func (p *Paces) sums(one pace) {
	if slot := one.slot - 1; slot >= 0 && !slices.Contains(p.summed, slot) {
		p.summed = append(p.summed, slot)
	}
}

// growingPaces are those of a set made by Grow.
func growingPaces() *Paces { return &Paces{list: make([]pace, 1), known: map[pace]uint16{{}: slow}} }

// number is that of a pace in a set made by Grow.
func (p *Paces) number(of pace) uint16 {
	number, ok := p.known[of]
	if !ok && len(p.list) <= math.MaxUint16 {
		number = uint16(len(p.list)) // #nosec G115 -- as said
		p.known[of], p.list = number, append(p.list, of)
		p.sums(of)
	}
	return number
}

// with is the number of a pace, in paces that have it.
func (p *Paces) with(of pace) (uint16, *Paces) {
	if p.known != nil {
		return p.number(of), p
	}
	if number := slices.Index(p.list, of); number >= 0 {
		return uint16(number), p // #nosec G115 -- there are no more
	}
	if len(p.list) > math.MaxUint16 {
		return slow, p
	}
	return uint16(len(p.list)), newPaces(append(slices.Clone(p.list), of)) // #nosec G115 -- as said
}
