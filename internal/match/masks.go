package match

import (
	"math"
	"math/bits"
)

// mask is a set of the trackers of a small set.
type mask [2]uint64

// smallSet is how many trackers are matched by masks.
const smallSet = 128

func (m *mask) set(i int)   { m[i>>6] |= 1 << (i & 63) }
func (m *mask) and(o *mask) { m[0] &= o[0]; m[1] &= o[1] }
func (m *mask) andAt(masks []uint64, i int) {
	m[0] &= masks[2*i]
	m[1] &= masks[2*i+1]
}
func (m *mask) or(o *mask)         { m[0] |= o[0]; m[1] |= o[1] }
func (m *mask) without(o *mask)    { m[0] &^= o[0]; m[1] &^= o[1] }
func (m *mask) meets(o *mask) bool { return m[0]&o[0]|m[1]&o[1] != 0 }

// masks match a small set: for each slot, one mask says which trackers the value there lets pass, and what is left in
// all of them matches.
type masks struct {
	all     mask
	scalars []scalarMask
	known   []uint64 // by the dictionary's numbers: the mask of the trackers which that value lets pass
	spans   []spanMask
	rest    []restMask
	custom  []customs

	// where the first ones are that most sets have, side by side with all
	scalarRoom [1]scalarMask
	spanRoom   [1]spanMask
}

// scalarMask is for a slot at which trackers ask for scalars.
type scalarMask struct {
	slot  int32
	other mask // the trackers which any value lets pass
}

// spanMask is for a slot at which trackers ask for numbers in spans. The numbers at which spans begin or end cut the
// line into regions.
type spanMask struct {
	slot  int32
	count int32    // of numbers
	other mask     // the trackers which any value lets pass
	words []uint64 // the numbers, as bits; then the masks of the regions, the first one below all numbers
}

// restMask is a condition that is judged, and the trackers that have it.
type restMask struct {
	id       int32
	trackers mask
}

// customs are the conditions of registered kinds of one tracker.
type customs struct {
	place int32
	ids   []int32
}

// region is the region of a number: a search without branches to mispredict.
func (m *spanMask) region(f float64) int {
	base := 0
	for n := int(m.count); n > 0; {
		half := (n + 1) >> 1
		above := 0
		if f >= math.Float64frombits(m.words[base+half-1]) {
			above = 1
		}
		base += half & -above
		n -= half
	}
	return base
}

// masked finds the trackers of a small set.
func (x *Scratch) masked(s *Set) {
	m := &s.masks
	left := m.all
	for i := range m.scalars {
		one := &m.scalars[i]
		if id := s.dictionary.find(one.slot, &x.slots[one.slot]); id != 0 {
			left.andAt(m.known, int(id-1))
		} else {
			left.and(&one.other)
		}
	}
	for i := range m.spans {
		one := &m.spans[i]
		if f := numberOf(&x.slots[one.slot]); f == f {
			left.andAt(one.words[one.count:], one.region(f))
		} else {
			left.and(&one.other)
		}
	}
	for i := range m.rest {
		one := &m.rest[i]
		if left.meets(&one.trackers) && x.judge(one.id) != holds {
			left.without(&one.trackers)
		}
	}
	for i := range m.custom {
		one := &m.custom[i]
		if left[one.place>>6]>>(one.place&63)&1 == 1 && !x.all(one.place, one.ids) {
			left[one.place>>6] &^= 1 << (one.place & 63)
		}
	}
	x.unmask(&left)
}

// unmask turns a mask into hits.
func (x *Scratch) unmask(m *mask) {
	hits := x.Hits
	for w, word := range m {
		for base := x.part.from + int32(w)<<6; word != 0; word &= word - 1 {
			hits = append(hits, base+int32(bits.TrailingZeros64(word)))
		}
	}
	x.Hits = hits
}
