package match

import (
	"slices"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// split is what a tracker asks for, sorted by how it can be found.
type split struct {
	set    *Set
	most   int  // how many scalars a leg may name; a condition with more is judged
	items  bool // whether items of lists are legs
	legs   []leg
	spans  []span  // one a slot
	rest   []int32 // numbers of conditions to be judged
	custom []int32 // those of registered kinds, asked last and in their order
	never  bool    // no data matches
}

// leg is a condition that one of a few scalars meets.
type leg struct {
	condition *condition.Condition
	slot      int32
	item      bool    // the scalar is an item of the list at the slot
	ids       []int32 // their numbers
}

// take splits the conditions of d. The slices are good until the next take.
func (p *split) take(d *tracker.Definition) {
	p.legs, p.spans, p.rest, p.custom, p.never = p.legs[:0], p.spans[:0], p.rest[:0], p.custom[:0], false
	where := d.Where()
	for i := range where {
		c := &where[i]
		if !slices.ContainsFunc(where[:i], func(other condition.Condition) bool { return other.ID() == c.ID() }) {
			p.condition(c)
		}
	}
}

func (p *split) condition(c *condition.Condition) {
	if c.Custom() {
		p.custom = append(p.custom, p.set.judged.add(judged{c, -1}))
		return
	}
	slot := p.set.paths.slot(c.Path())
	if s, ok := spanOf(c); ok && p.narrow(slot, s) {
		return
	}
	if !p.leg(c, slot) {
		p.judge(c, slot)
	}
}

func (p *split) judge(c *condition.Condition, slot int32) {
	p.rest = append(p.rest, p.set.judged.add(judged{c, slot}))
}

// narrow joins a span with the others on its slot; false when there are too many slots.
func (p *split) narrow(slot int32, s span) bool {
	s.slot = slot
	at := slices.IndexFunc(p.spans, func(other span) bool { return other.slot == slot })
	if at < 0 {
		if len(p.spans) < mostParts {
			p.spans = append(p.spans, s)
			return true
		}
		return false
	}
	one := &p.spans[at]
	one.low, one.high = max(one.low, s.low), min(one.high, s.high)
	p.never = p.never || one.low >= one.high
	return true
}

// leg takes a condition that scalars meet, if it is one with few of them.
func (p *split) leg(c *condition.Condition, slot int32) bool {
	items, item, ok := scalars(c)
	if !ok || len(items) > p.most || item && !p.items {
		return false
	}
	l := leg{condition: c, slot: slot, item: item}
	if item {
		slot = ^slot // items of a list are not the value at its slot
	}
	keys := make([]key, len(items))
	for i := range items {
		if keys[i], ok = keyOf(slot, &items[i]); !ok {
			return false
		}
	}
	for i := range keys {
		if id := p.set.dictionary.add(&keys[i]); !slices.Contains(l.ids, id) {
			l.ids = append(l.ids, id)
		}
	}
	p.never = p.never || len(keys) == 0
	p.legs = append(p.legs, l)
	return true
}

// scalars are what the value at the path of c, or an item of the list there, must be one of; false when c asks for
// something else.
func scalars(c *condition.Condition) (one []value.Value, item, ok bool) {
	operand := c.Operand()
	switch c.Op() {
	case condition.OpEq:
		return []value.Value{operand}, false, true
	case condition.OpHasItem:
		return []value.Value{operand}, true, true
	case condition.OpIn, condition.OpIntersects:
		for _, each := range operand.List() {
			one = append(one, value.Of(each))
		}
		return one, c.Op() == condition.OpIntersects, true
	}
	return nil, false, false
}
