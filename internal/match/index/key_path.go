package index

import "slices"

// keyPath is a node of the trie of slot combinations: those on the way from the root are looked up together.
type keyPath struct {
	slot int32
	next []*keyPath // in the order of the slots
}

func (p *keyPath) find(slot int32) *keyPath {
	for _, one := range p.next {
		if one.slot == slot {
			return one
		}
	}
	return nil
}

// add is find, but creates a node where there is none.
func (p *keyPath) add(slot int32) *keyPath {
	if one := p.find(slot); one != nil {
		return one
	}
	one := &keyPath{slot: slot}
	at, _ := slices.BinarySearchFunc(p.next, slot, func(o *keyPath, slot int32) int { return int(o.slot - slot) })
	p.next = slices.Insert(p.next, at, one)
	return one
}
