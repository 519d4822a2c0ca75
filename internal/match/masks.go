package match

import (
	"math"
	"math/bits"
	"slices"
)

// mask is a set of the trackers of a small set.
type mask [2]uint64

// smallSet is how many trackers are matched by masks.
const smallSet = 128

func (m *mask) set(i int)          { m[i>>6] |= 1 << (i & 63) }
func (m *mask) and(o *mask)        { m[0] &= o[0]; m[1] &= o[1] }
func (m *mask) or(o *mask)         { m[0] |= o[0]; m[1] |= o[1] }
func (m *mask) without(o *mask)    { m[0] &^= o[0]; m[1] &^= o[1] }
func (m *mask) meets(o *mask) bool { return m[0]&o[0]|m[1]&o[1] != 0 }

// masks match a small set: for each slot, one mask says which trackers the value there lets pass, and what is left in
// all of them matches.
type masks struct {
	all     mask
	scalars []scalarMask
	known   []mask // by the dictionary's numbers: the trackers which that value lets pass
	spans   []spanMask
	rest    []restMask
	custom  []customs
}

// scalarMask is for a slot at which trackers ask for scalars.
type scalarMask struct {
	slot  int32
	other mask // the trackers which any value lets pass
}

// spanMask is for a slot at which trackers ask for numbers in spans. The numbers at which spans begin or end cut the
// line into regions.
type spanMask struct {
	slot    int32
	other   mask // the trackers which any value lets pass
	numbers []float64
	regions []mask // the first below all numbers, then one from each number on
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

// small compiles s, of at most smallSet trackers.
func (s *Set) small() {
	b := maskBuilder{split: split{set: s, most: 16}, masks: &masks{}}
	spans := make([][]span, len(s.defs))
	for i, d := range s.defs {
		b.split.take(d)
		if !b.split.never {
			b.masks.all.set(i)
		}
		b.legs(i)
		b.judged(i)
		spans[i] = slices.Clone(b.split.spans)
	}
	b.finish()
	b.spans(spans)
	b.masks.scalars, b.masks.known = slices.Clip(b.masks.scalars), slices.Clip(b.masks.known)
	b.masks.rest = slices.Clip(b.masks.rest)
	s.masks = b.masks
}

type maskBuilder struct {
	split split
	masks *masks
}

// legs notes by which scalars tracker i is met. A second condition on a slot is judged.
func (b *maskBuilder) legs(i int) {
	for n := range b.split.legs {
		l := &b.split.legs[n]
		if slices.ContainsFunc(b.split.legs[:n], func(other leg) bool { return other.slot == l.slot }) {
			b.split.judge(l.condition, l.slot)
			continue
		}
		b.scalar(l.slot).other.set(i) // turned round in the end
		for _, id := range l.ids {
			for len(b.masks.known) < int(id) {
				b.masks.known = append(b.masks.known, mask{})
			}
			b.masks.known[id-1].set(i)
		}
	}
}

func (b *maskBuilder) scalar(slot int32) *scalarMask {
	m := b.masks
	at := slices.IndexFunc(m.scalars, func(s scalarMask) bool { return s.slot == slot })
	if at < 0 {
		at = len(m.scalars)
		m.scalars = append(m.scalars, scalarMask{slot: slot})
	}
	return &m.scalars[at]
}

// judged notes the conditions of tracker i that are judged by themselves.
func (b *maskBuilder) judged(i int) {
	m := b.masks
	for _, id := range b.split.rest {
		at := slices.IndexFunc(m.rest, func(r restMask) bool { return r.id == id })
		if at < 0 {
			at = len(m.rest)
			m.rest = append(m.rest, restMask{id: id})
		}
		m.rest[at].trackers.set(i)
	}
	if len(b.split.custom) > 0 {
		m.custom = append(m.custom, customs{int32(i), slices.Clone(b.split.custom)})
	}
}

// finish adds to each value the trackers that ask for nothing at its slot.
func (b *maskBuilder) finish() {
	m := b.masks
	for i := range m.scalars {
		other := m.all
		other.without(&m.scalars[i].other)
		m.scalars[i].other = other
	}
	for len(m.known) < len(b.split.set.dictionary.keys) {
		m.known = append(m.known, mask{})
	}
	for id := range m.known {
		m.known[id].or(&b.scalar(b.split.set.dictionary.keys[id].slot).other)
	}
}

// spans builds the regions of every slot.
func (b *maskBuilder) spans(of [][]span) {
	bySlot := map[int32]*spanMask{}
	for i := range of {
		for _, s := range of[i] {
			if bySlot[s.slot] == nil {
				bySlot[s.slot] = &spanMask{slot: s.slot, other: b.masks.all}
			}
			bySlot[s.slot].ends(s)
			bySlot[s.slot].other[i>>6] &^= 1 << (i & 63)
		}
	}
	for slot := range int32(len(b.split.set.paths.wants)) {
		if m := bySlot[slot]; m != nil {
			m.fill(of)
			b.masks.spans = append(b.masks.spans, *m)
		}
	}
	b.masks.spans = slices.Clip(b.masks.spans)
}

func (m *spanMask) ends(s span) {
	for _, n := range []float64{s.low, s.high} {
		if !math.IsInf(n, 0) {
			m.numbers = append(m.numbers, n)
		}
	}
}

// fill sorts the numbers and makes the mask of each region.
func (m *spanMask) fill(of [][]span) {
	slices.Sort(m.numbers)
	m.numbers = slices.Clone(slices.Compact(m.numbers))
	m.regions = make([]mask, len(m.numbers)+1)
	for r := range m.regions {
		m.regions[r] = m.other
	}
	for i := range of {
		for _, s := range of[i] {
			if s.slot != m.slot {
				continue
			}
			for r := m.region(s.low); r < len(m.regions) && (r == 0 || m.numbers[r-1] < s.high); r++ {
				m.regions[r].set(i)
			}
		}
	}
}

// region is the region of a number: a search without branches to mispredict.
func (m *spanMask) region(f float64) int {
	base := 0
	for n := len(m.numbers); n > 0; {
		half := (n + 1) >> 1
		above := 0
		if f >= m.numbers[base+half-1] {
			above = 1
		}
		base += half & -above
		n -= half
	}
	return base
}

// masked finds the trackers of a small set.
func (x *Scratch) masked(s *Set) {
	m := s.masks
	left := m.all
	for i := range m.scalars {
		one := &m.scalars[i]
		if id := s.dictionary.find(one.slot, &x.slots[one.slot]); id != 0 {
			left.and(&m.known[id-1])
		} else {
			left.and(&one.other)
		}
	}
	for i := range m.spans {
		one := &m.spans[i]
		if f := numberOf(&x.slots[one.slot]); f == f {
			left.and(&one.regions[one.region(f)])
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
