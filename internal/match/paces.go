package match

import (
	"cmp"
	"encoding/binary"
	"math"
	"math/bits"
	"slices"

	"github.com/dictrack/dictrack/tracker"
)

// slow is the number of the pace of trackers that have none of their own.
const slow = 0

// Paces are the paces of a set's trackers, of which there are few: a tracker is two bytes that say which one it has.
// They are immutable, but for those of a set made by Grow, and shared by sets that have the same.
type Paces struct {
	list   []tracker.Pace // by number
	summed []int32        // slots of which there are sums

	known map[tracker.Pace]uint16 // of a set made by Grow
}

// paceOf is the pace of a definition.
func (s *Set) paceOf(d *tracker.Definition) tracker.Pace {
	of := tracker.Pace{Limit: roundLimit(d.Quick())}
	if key, sum := d.Key(); sum {
		of.Amount = uint32(s.paths.slot(key)) + 1
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

// setPace gives every tracker of a compiled set its pace.
func (s *Set) setPace(share Interner) {
	of := make([]tracker.Pace, len(s.defs))
	for i, d := range s.defs {
		of[i] = s.paceOf(d)
	}
	distinct := slices.Compact(slices.SortedFunc(slices.Values(append(of, tracker.Pace{})), comparePaces))
	distinct = distinct[:min(len(distinct), math.MaxUint16+1)] // others are slow
	s.paces = share.Paces(keyOfPaces(distinct), func() *Paces { return newPaces(distinct) })
	numbers := make(map[tracker.Pace]uint16, len(distinct))
	for n, p := range distinct {
		numbers[p] = uint16(n) // #nosec G115 -- there are no more
	}
	s.pacing.Of, s.pacing.Known = make([]uint16, len(s.defs)), s.paces.list
	for i := range s.defs {
		s.pacing.Of[i] = numbers[of[i]]
	}
}

// comparePaces puts the slow one first.
func comparePaces(a, b tracker.Pace) int {
	return cmp.Or(cmp.Compare(a.Amount, b.Amount), cmp.Compare(a.Limit, b.Limit))
}

func newPaces(list []tracker.Pace) *Paces {
	p := &Paces{list: slices.Clip(list)}
	for _, one := range list {
		p.sums(one)
	}
	return p
}

func keyOfPaces(list []tracker.Pace) string {
	text := make([]byte, 0, 12*len(list))
	for _, p := range list {
		text = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32(text, p.Amount), p.Limit)
	}
	return string(text)
}

func (p *Paces) sums(one tracker.Pace) {
	if slot := int32(one.Amount) - 1; slot >= 0 && !slices.Contains(p.summed, slot) {
		p.summed = append(p.summed, slot)
	}
}

// growingPaces are those of a set made by Grow.
func growingPaces() *Paces {
	return &Paces{list: make([]tracker.Pace, 1), known: map[tracker.Pace]uint16{{}: slow}}
}

// number is that of a pace in a set made by Grow.
func (p *Paces) number(of tracker.Pace) uint16 {
	number, ok := p.known[of]
	if !ok && len(p.list) <= math.MaxUint16 {
		number = uint16(len(p.list)) // #nosec G115 -- as said
		p.known[of], p.list = number, append(p.list, of)
		p.sums(of)
	}
	return number
}

// with is the number of a pace, in paces that have it.
func (p *Paces) with(of tracker.Pace) (uint16, *Paces) {
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
