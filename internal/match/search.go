package match

import (
	"math/bits"
	"slices"

	"github.com/dictrack/dictrack/value"
)

// indexed finds the trackers of a large set.
func (x *Scratch) indexed(s *Set) {
	start, failed := len(x.Hits), len(x.Failed)
	in := s.index
	slots := len(s.paths.wants)
	x.ids, x.numbers = sized(x.ids, slots), sized(x.numbers, slots)
	for _, slot := range in.scalars {
		x.ids[slot] = s.dictionary.find(slot, &x.slots[slot])
	}
	for _, slot := range in.spanned {
		x.numbers[slot] = numberOf(&x.slots[slot])
	}
	x.bucket(&in.root)
	x.walk(&in.ways, 0)
	for _, slot := range in.items {
		x.itemsAt(slot)
	}
	x.sort(start)
	x.sortFailed(failed)
}

// walk looks the data's scalars up along the ways from a node.
func (x *Scratch) walk(w *way, from int32) {
	in := x.part.index
	for _, next := range w.next {
		id := x.ids[next.slot]
		if id == 0 {
			continue
		}
		at := in.find(from, id)
		if at == 0 {
			continue
		}
		x.node(at)
		if len(next.next) > 0 {
			x.walk(next, at)
		}
	}
}

func (x *Scratch) node(at int32) {
	in := x.part.index
	switch ref := in.list[at].ref; {
	case ref > 0:
		x.hit(ref - 1)
	case ref < 0:
		x.bucket(&in.buckets[^ref])
	}
}

// itemsAt looks up the items of the list at a slot, each once.
func (x *Scratch) itemsAt(slot int32) {
	x.items = x.items[:0]
	for _, item := range x.slots[slot].List() {
		one := value.Of(item)
		if id := x.part.dictionary.find(^slot, &one); id != 0 {
			x.items = append(x.items, id)
		}
	}
	slices.Sort(x.items)
	for _, id := range slices.Compact(x.items) {
		if at := x.part.index.find(0, id); at != 0 {
			x.node(at)
		}
	}
}

func (x *Scratch) hit(place int32) { x.Hits = append(x.Hits, x.part.from+place) }

// hits takes several at once: as marks, which come in order by themselves, when they are many for the size of the set.
func (x *Scratch) hits(places []int32) {
	if 8*len(places) < x.words() {
		for _, place := range places {
			x.hit(place)
		}
		return
	}
	marks := x.mark()
	for _, place := range places {
		marks[uint32(place)>>6] |= 1 << (place & 63)
	}
}

// words is how many of marks the set takes.
func (x *Scratch) words() int { return (len(x.part.defs) + 63) / 64 }

// mark is a bit for each place, none set before the first call of a match.
func (x *Scratch) mark() []uint64 {
	x.marked = true
	x.marks = sized(x.marks, x.words())
	return x.marks
}

// sort puts the hits from start on in order, each once.
func (x *Scratch) sort(start int) {
	hits := x.Hits[start:]
	switch {
	case x.marked:
		x.unmark(start)
	case ascending(hits):
	case 8*len(hits) < x.words():
		slices.Sort(hits)
		x.Hits = x.Hits[:start+len(slices.Compact(hits))]
	default:
		x.unmark(start)
	}
}

func ascending(places []int32) bool {
	for i := 1; i < len(places); i++ {
		if places[i-1] >= places[i] {
			return false
		}
	}
	return true
}

// unmark joins the hits from start on with the marks, and takes those away.
func (x *Scratch) unmark(start int) {
	marks, from := x.mark(), x.part.from
	for _, place := range x.Hits[start:] {
		marks[uint32(place-from)>>6] |= 1 << ((place - from) & 63)
	}
	hits := x.Hits[:start]
	for w, word := range marks {
		if word != 0 {
			marks[w] = 0
			for base := from + int32(w)<<6; word != 0; word &= word - 1 {
				hits = append(hits, base+int32(bits.TrailingZeros64(word)))
			}
		}
	}
	x.Hits, x.marked = hits, false
}

// sortFailed puts the failures from start on in order, each once: a tracker can be reached by several items.
func (x *Scratch) sortFailed(start int) {
	failed := x.Failed[start:]
	if len(failed) < 2 {
		return
	}
	slices.SortStableFunc(failed, func(a, b Failure) int { return int(a.Index - b.Index) })
	failed = slices.CompactFunc(failed, func(a, b Failure) bool { return a.Index == b.Index })
	x.Failed = x.Failed[:start+len(failed)]
}
