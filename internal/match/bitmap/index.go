package bitmap

import (
	"math"
	"math/bits"

	"github.com/dictrack/dictrack/internal/match/predicate"
)

// Index is a bitmap index of up to MaxTrackers trackers. It is immutable once built, and safe for any goroutine.
type Index struct {
	all        bitmap
	equalities []equalitySlot
	scalars    []uint64 // by dictionary number - 1: a bitmap of the trackers which that scalar lets pass
	ranges     []rangeSlot
	residuals  []residual
	customs    []custom

	// The first elements of the lists, which are all that most sets have, beside the fields above in memory.
	inlineEquality [1]equalitySlot
	inlineRange    [1]rangeSlot
}

// equalitySlot is a slot at which trackers ask for scalars.
type equalitySlot struct {
	slot  int32
	other bitmap // the trackers which any other value lets pass
}

// rangeSlot is a slot at which trackers ask for numbers in intervals. The ends of all intervals divide the line into
// regions.
type rangeSlot struct {
	slot  int32
	count int32    // of ends
	other bitmap   // the trackers which a value that is no number lets pass
	words []uint64 // the ends in order, as bits; then the bitmaps of the regions, the first one below all ends
}

// residual is a residual predicate and the trackers that have it.
type residual struct {
	number   int32
	trackers bitmap
}

// custom has the conditions of one tracker that use registered kinds.
type custom struct {
	index   int32
	numbers []int32
}

// region returns the region of a number by binary search, without branches that would be mispredicted.
func (s *rangeSlot) region(f float64) int {
	base := 0
	for n := int(s.count); n > 0; {
		half := (n + 1) >> 1
		above := 0
		if f >= math.Float64frombits(s.words[base+half-1]) {
			above = 1
		}
		base += half & -above
		n -= half
	}
	return base
}

// Match appends the trackers that match to hits, as their index plus offset, in order.
func (x *Index) Match(dictionary *predicate.Dictionary, e *predicate.Evaluator, offset int32, hits []int32) []int32 {
	left, values := x.all, e.Values()
	for i := range x.equalities {
		one := &x.equalities[i]
		if number := dictionary.Find(one.slot, &values[one.slot]); number != 0 {
			left.andAt(x.scalars, int(number-1))
		} else {
			left.and(&one.other)
		}
	}
	for i := range x.ranges {
		one := &x.ranges[i]
		if f := predicate.NumberOf(&values[one.slot]); f == f {
			left.andAt(one.words[one.count:], one.region(f))
		} else {
			left.and(&one.other)
		}
	}
	x.evaluate(&left, e)
	return appendIndexes(hits, &left, offset)
}

// evaluate removes the trackers with a residual predicate that does not hold.
func (x *Index) evaluate(left *bitmap, e *predicate.Evaluator) {
	for i := range x.residuals {
		one := &x.residuals[i]
		if left.intersects(&one.trackers) && !e.Holds(one.number) {
			left.without(&one.trackers)
		}
	}
	for i := range x.customs {
		one := &x.customs[i]
		if left.has(int(one.index)) && !e.HoldAll(one.index, one.numbers) {
			left.clear(int(one.index))
		}
	}
}

// appendIndexes appends the members of a bitmap.
func appendIndexes(hits []int32, b *bitmap, offset int32) []int32 {
	for w, word := range b {
		for base := offset + int32(w)<<6; word != 0; word &= word - 1 {
			hits = append(hits, base+int32(bits.TrailingZeros64(word)))
		}
	}
	return hits
}
