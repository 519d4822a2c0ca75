package index

import "github.com/dictrack/dictrack/internal/match/hashtable"

// node is a composite key: scalars at slots, in the order of the slots. It is its parent's key and one scalar more.
// Node 0 is the empty key.
type node struct {
	parent, number int32
	// ref is 0 when no tracker is filed there, index + 1 for the only tracker if it asks for nothing else, or the
	// complement of a bucket's number.
	ref int32
}

// keyTable has the composite keys that trackers are filed under.
type keyTable struct {
	nodes   []node
	single  []int32 // by dictionary number: the node of that scalar alone, 0 for none
	table   hashtable.Table
	buckets []bucket
}

// find returns the node of a parent's key and one scalar more, 0 for none.
func (t *keyTable) find(parent, number int32) int32 {
	if parent == 0 {
		if int(number) < len(t.single) {
			return t.single[number]
		}
		return 0
	}
	if t.table.Empty() {
		return 0
	}
	hash := hashKey(parent, number)
	for at, next := t.table.Next(hash, hash); at != 0; at, next = t.table.Next(hash, next) {
		if one := &t.nodes[at]; one.parent == parent && one.number == number {
			return at
		}
	}
	return 0
}

func hashKey(parent, number int32) uint32 {
	return uint32(hashtable.Mix(uint64(parent), uint64(uint32(number))))
}

// add is find, but creates a node where there is none.
func (t *keyTable) add(parent, number int32) int32 {
	if at := t.find(parent, number); at != 0 {
		return at
	}
	at := int32(len(t.nodes))
	t.nodes = append(t.nodes, node{parent: parent, number: number})
	if parent != 0 {
		t.table.Insert(hashKey(parent, number), at)
		return at
	}
	if more := int(number) + 1 - len(t.single); more > 0 {
		t.single = append(t.single, make([]int32, more)...)
	}
	t.single[number] = at
	return at
}

// cost is how many trackers a match that finds a node visits there.
func (t *keyTable) cost(at int32) int {
	switch ref := t.nodes[at].ref; {
	case ref < 0:
		return t.buckets[^ref].cost()
	case ref > 0:
		return 1
	}
	return 0
}

// bucket returns the bucket of a node, for a tracker that asks for more or is not the only one.
func (t *keyTable) bucket(at int32) *bucket {
	ref := t.nodes[at].ref
	if ref < 0 {
		return &t.buckets[^ref]
	}
	var b bucket
	if ref > 0 {
		b.unconditional = append(b.unconditional, ref-1)
	}
	t.nodes[at].ref = ^int32(len(t.buckets))
	t.buckets = append(t.buckets, b)
	return &t.buckets[len(t.buckets)-1]
}
