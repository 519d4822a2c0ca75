package match

import "slices"

// node is a way of scalars at slots, in the order of the slots: its parent's, and one more. Node 0 is the empty way.
type node struct {
	parent, id int32
	// ref is 0 when nothing is there, a place + 1 for the one tracker that asks for nothing more, or a bucket's
	// number with all bits turned.
	ref int32
}

// nodes are the ways that trackers are found by.
type nodes struct {
	list    []node
	first   []int32 // by dictionary number: the node of that scalar alone, 0 for none
	table   table   // the nodes of more than one scalar
	buckets []bucket
}

// find is the node one scalar further, 0 for none.
func (n *nodes) find(parent, id int32) int32 {
	if parent == 0 {
		if int(id) < len(n.first) {
			return n.first[id]
		}
		return 0
	}
	if n.table.used == 0 {
		return 0
	}
	hash := hashWay(parent, id)
	for at, next := n.table.seek(hash, hash); at != 0; at, next = n.table.seek(hash, next) {
		if one := &n.list[at]; one.parent == parent && one.id == id {
			return at
		}
	}
	return 0
}

func hashWay(parent, id int32) uint32 { return uint32(mix(uint64(parent), uint64(uint32(id)))) }

// add is find that makes what is not there.
func (n *nodes) add(parent, id int32) int32 {
	if at := n.find(parent, id); at != 0 {
		return at
	}
	at := int32(len(n.list))
	n.list = append(n.list, node{parent: parent, id: id})
	if parent != 0 {
		n.table.put(hashWay(parent, id), at)
		return at
	}
	if more := int(id) + 1 - len(n.first); more > 0 {
		n.first = append(n.first, make([]int32, more)...)
	}
	n.first[id] = at
	return at
}

// load is how many trackers a match that gets to a node looks at there.
func (n *nodes) load(at int32) int {
	switch ref := n.list[at].ref; {
	case ref < 0:
		return n.buckets[^ref].load()
	case ref > 0:
		return 1
	}
	return 0
}

// bucket is that of a node, for a tracker that asks for something more or is not the first.
func (n *nodes) bucket(at int32) *bucket {
	ref := n.list[at].ref
	if ref < 0 {
		return &n.buckets[^ref]
	}
	var b bucket
	if ref > 0 {
		b.plain = append(b.plain, ref-1)
	}
	n.list[at].ref = ^int32(len(n.buckets))
	n.buckets = append(n.buckets, b)
	return &n.buckets[len(n.buckets)-1]
}

// way is a list of slots that scalars are looked up at, one after the other; a trie of them says which are tried.
type way struct {
	slot int32
	next []*way
}

func (w *way) find(slot int32) *way {
	for _, one := range w.next {
		if one.slot == slot {
			return one
		}
	}
	return nil
}

// add is find that makes what is not there, in the order of the slots.
func (w *way) add(slot int32) *way {
	if one := w.find(slot); one != nil {
		return one
	}
	one := &way{slot: slot}
	at, _ := slices.BinarySearchFunc(w.next, slot, func(o *way, slot int32) int { return int(o.slot - slot) })
	w.next = slices.Insert(w.next, at, one)
	return one
}
