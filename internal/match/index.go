package match

import (
	"cmp"
	"math"
	"slices"

	"github.com/dictrack/dictrack/tracker"
)

// index finds the trackers of a large set, and takes in one more at any time. A tracker is filed under the scalars that
// it asks for, several at once where that pays, and under one of its spans when it asks for no scalar; what else it asks
// for is looked at when the data gets there.
type index struct {
	nodes
	ways     way
	waysFull int // how many ways of more than one slot there are
	items    []int32
	root     bucket // trackers that name no scalar
	lists    [][]int32

	scalars []int32  // slots that have numbers in the dictionary
	spanned []int32  // slots that have spans
	extents []extent // by slot
	uses    []int32  // by dictionary number: how many trackers ask for it

	split split
}

// extent is from where to where the ends of a slot's spans go.
type extent struct{ low, high float64 }

func (e *extent) widen(s *span) {
	for _, end := range []float64{s.low, s.high} {
		if !math.IsInf(end, 0) {
			e.low, e.high = min(e.low, end), max(e.high, end)
		}
	}
}

// share is about how much of the extent the span takes, at most 1.
func (e *extent) share(s *span) float64 {
	if all := e.high - e.low; all > 0 {
		return (min(s.high, e.high) - max(s.low, e.low)) / all
	}
	return 1
}

func newIndex(s *Set) *index {
	x := &index{split: split{set: s, most: 1024, items: true}}
	x.list = make([]node, 1)
	return x
}

// insert takes in the tracker at a place.
func (x *index) insert(place int32, d *tracker.Definition) {
	p := &x.split
	p.take(d)
	if p.never {
		return
	}
	x.note(p)
	nodes := x.choose(p)
	for _, at := range nodes {
		switch {
		case at == 0:
			x.root.add(place, p, x)
		case x.list[at].ref == 0 && len(p.legs)+len(p.spans)+len(p.rest)+len(p.custom) == 0:
			x.list[at].ref = place + 1
		default:
			x.bucket(at).add(place, p, x)
		}
	}
}

// note takes the slots of a tracker into what is read from data.
func (x *index) note(p *split) {
	for len(x.extents) < len(p.set.paths.wants) {
		x.extents = append(x.extents, extent{math.Inf(1), math.Inf(-1)})
	}
	for i := range p.spans {
		s := &p.spans[i]
		x.spanned = including(x.spanned, s.slot)
		x.extents[s.slot].widen(s)
	}
	for i := range p.legs {
		l := &p.legs[i]
		if !l.item {
			x.scalars = including(x.scalars, l.slot)
		}
		for _, id := range l.ids {
			if more := int(id) + 1 - len(x.uses); more > 0 {
				x.uses = append(x.uses, make([]int32, more)...)
			}
			x.uses[id]++
		}
	}
}

// including is the sorted list with a slot.
func including(slots []int32, slot int32) []int32 {
	at, ok := slices.BinarySearch(slots, slot)
	if ok {
		return slots
	}
	return slices.Insert(slots, at, slot)
}

// choose picks the nodes that a tracker is filed under and takes the legs that lead there off p; the other legs become
// what is looked at, the rarest first.
func (x *index) choose(p *split) []int32 {
	chosen := x.way(p)
	nodes := []int32{0}
	for _, l := range chosen {
		var next []int32
		for _, parent := range nodes {
			for _, id := range l.ids {
				next = append(next, x.add(parent, id))
			}
		}
		nodes = next
	}
	x.open(chosen)
	rest := p.legs
	p.legs = p.legs[:0]
	for _, l := range rest {
		switch {
		case slices.ContainsFunc(chosen, func(c leg) bool { return c.condition == l.condition }):
		case l.item || len(l.ids) > 1 || len(p.legs) == mostParts:
			p.judge(l.condition, l.slot)
		default:
			p.legs = append(p.legs, l)
		}
	}
	slices.SortStableFunc(p.legs, func(a, b leg) int { return cmp.Compare(x.uses[a.ids[0]], x.uses[b.ids[0]]) })
	return nodes
}

// open makes data be looked up along the legs.
func (x *index) open(legs []leg) {
	if len(legs) == 1 && legs[0].item {
		x.items = including(x.items, legs[0].slot)
		return
	}
	w := &x.ways
	for i, l := range legs {
		if i > 0 && w.find(l.slot) == nil {
			x.waysFull++
		}
		w = w.add(l.slot)
	}
}
