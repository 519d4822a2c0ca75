package index

import (
	"math"

	"github.com/dictrack/dictrack/internal/match/predicate"
)

// packed is a tracker and the predicates that are left to check, as words that stand together in memory: a head with
// the tracker's index and how many words follow, then the scalars that must stand at slots, the intervals, and the
// number of a list of residual predicates.
type packed struct {
	head  uint64
	words []uint64
}

// Bits of the head above the index.
const (
	headEqualities = 32
	headIntervals  = 40
	headResidual   = 48

	countMask     = predicate.MaxPerKind
	intervalWords = 3
)

// appendPacked appends the packed form of p. Its residual predicates are appended to lists.
func appendPacked(words []uint64, index int32, p *predicate.Predicates, lists *[][]int32) []uint64 {
	head := uint64(uint32(index)) | uint64(len(p.Equalities))<<headEqualities | uint64(len(p.Intervals))<<headIntervals
	residual := append(append([]int32(nil), p.Residual...), p.Custom...)
	if len(residual) > 0 {
		head |= 1 << headResidual
	}
	words = append(words, head)
	for i := range p.Equalities {
		e := &p.Equalities[i]
		words = append(words, uint64(uint32(e.Slot))<<32|uint64(uint32(e.Numbers[0])))
	}
	for i := range p.Intervals {
		iv := &p.Intervals[i]
		words = append(words, uint64(uint32(iv.Slot)), math.Float64bits(iv.Low), math.Float64bits(iv.High))
	}
	if len(residual) > 0 {
		words = append(words, uint64(len(*lists)))
		*lists = append(*lists, residual)
	}
	return words
}

// nextPacked returns the first tracker of words, and the words after it.
func nextPacked(words []uint64) (p packed, more []uint64) {
	head := words[0]
	size := 1 + int(head>>headEqualities&countMask) + intervalWords*int(head>>headIntervals&countMask) + int(head>>headResidual)
	return packed{head, words[1:size]}, words[size:]
}

func (p *packed) index() int32 { return int32(uint32(p.head)) }

// intervals returns the intervals of the tracker.
func (p *packed) intervals() []predicate.Interval {
	words := p.words[p.head>>headEqualities&countMask:]
	list := make([]predicate.Interval, p.head>>headIntervals&countMask)
	for i := range list {
		list[i] = predicate.Interval{Slot: int32(words[0]), Low: math.Float64frombits(words[1]), High: math.Float64frombits(words[2])}
		words = words[intervalWords:]
	}
	return list
}

// holdsUpToResidual reports whether the equalities and intervals hold for the scalars and numbers at slots, and returns
// the word after them, if there is one.
func (p *packed) holdsUpToResidual(scalars []int32, numbers []float64) (residual []uint64, ok bool) {
	words := p.words
	for range p.head >> headEqualities & countMask {
		if scalars[words[0]>>32] != int32(uint32(words[0])) {
			return nil, false
		}
		words = words[1:]
	}
	for range p.head >> headIntervals & countMask {
		n := numbers[words[0]]
		if !(math.Float64frombits(words[1]) <= n && n < math.Float64frombits(words[2])) {
			return nil, false
		}
		words = words[intervalWords:]
	}
	return words, true
}
