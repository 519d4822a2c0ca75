package match

import (
	"math"
	"slices"
)

// maskBuilder compiles a small set.
type maskBuilder struct {
	split split
	masks *masks
	known []mask
	spans [][]span // of each tracker
}

// small compiles s, of at most smallSet trackers.
func (s *Set) small(share Interner) {
	b := maskBuilder{split: split{set: s, most: 16}, masks: &s.masks}
	b.masks.scalars = b.masks.scalarRoom[:0]
	for i, d := range s.defs {
		b.split.take(d)
		if !b.split.never {
			b.masks.all.set(i)
		}
		b.legs(i)
		b.judged(i)
		b.spans = append(b.spans, slices.Clone(b.split.spans))
	}
	b.finish()
	b.share(share)
	b.pack(b.regions())
}

// share has the values numbered in an order of their own, so that the dictionary is that of other sets too.
func (b *maskBuilder) share(share Interner) {
	s := b.split.set
	old := s.dictionary
	s.dictionary = dictionaryOf(old.keys, share)
	known := make([]mask, len(b.known))
	for i := range old.keys {
		known[s.dictionary.number(&old.keys[i], old.keys[i].hash())-1] = b.known[i]
	}
	b.known = known
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
			for len(b.known) < int(id) {
				b.known = append(b.known, mask{})
			}
			b.known[id-1].set(i)
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
	keys := b.split.set.dictionary.keys
	for len(b.known) < len(keys) {
		b.known = append(b.known, mask{})
	}
	for id := range b.known {
		b.known[id].or(&b.scalar(keys[id].slot).other)
	}
}

// regions builds those of every slot.
func (b *maskBuilder) regions() []regions {
	var list []regions
	for i := range b.spans {
		for _, s := range b.spans[i] {
			at := slices.IndexFunc(list, func(r regions) bool { return r.slot == s.slot })
			if at < 0 {
				at = len(list)
				list = append(list, regions{slot: s.slot, other: b.masks.all})
			}
			list[at].ends(i, s)
		}
	}
	for i := range list {
		list[i].fill(b.spans)
	}
	return list
}

// pack puts all that a match reads side by side in memory, in the order in which it does.
func (b *maskBuilder) pack(list []regions) {
	m := b.masks
	size := 2 * len(b.known)
	for i := range list {
		size += len(list[i].numbers) + 2*len(list[i].masks)
	}
	if m.spans = m.spanRoom[:0]; len(list) > len(m.spanRoom) {
		m.spans = make([]spanMask, 0, len(list))
	}
	words := appendMasks(make([]uint64, 0, size), b.known)
	m.known = words
	for i := range list {
		words = list[i].pack(words[len(words):])
		m.spans = append(m.spans, spanMask{list[i].slot, int32(len(list[i].numbers)), list[i].other, words})
	}
	m.scalars, m.rest, m.custom = slices.Clip(m.scalars), slices.Clip(m.rest), slices.Clip(m.custom)
}

func appendMasks(words []uint64, list []mask) []uint64 {
	for i := range list {
		words = append(words, list[i][:]...)
	}
	return words
}

// regions become a spanMask.
type regions struct {
	slot    int32
	other   mask
	numbers []float64
	masks   []mask
}

// ends takes in those of a span of tracker i.
func (r *regions) ends(i int, s span) {
	r.other[i>>6] &^= 1 << (i & 63)
	for _, n := range []float64{s.low, s.high} {
		if !math.IsInf(n, 0) {
			r.numbers = append(r.numbers, n)
		}
	}
}

// fill sorts the numbers and makes the mask of each region.
func (r *regions) fill(spans [][]span) {
	slices.Sort(r.numbers)
	r.numbers = slices.Compact(r.numbers)
	r.masks = make([]mask, len(r.numbers)+1)
	for n := range r.masks {
		r.masks[n] = r.other
	}
	for i := range spans {
		for _, s := range spans[i] {
			if s.slot != r.slot {
				continue
			}
			first, found := slices.BinarySearch(r.numbers, s.low)
			if found {
				first++
			}
			for n := first; n < len(r.masks) && (n == 0 || r.numbers[n-1] < s.high); n++ {
				r.masks[n].set(i)
			}
		}
	}
}

// pack appends the words of a spanMask.
func (r *regions) pack(words []uint64) []uint64 {
	for _, n := range r.numbers {
		words = append(words, math.Float64bits(n))
	}
	return appendMasks(words, r.masks)
}
