package dotpath

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// node is a point in the tree of wanted paths.
type node struct {
	segment  segment
	path     string // to this node, for errors
	slot     int
	deep     bool
	bit      int // its number among the nodes without a slot
	children []*node

	// What a scan finds children with.
	lengths  uint64   // a bit for each length of a key, modulo 64
	table    []bucket // by key
	shift    uint8
	positive []*node // indexes from the front, in order
	negative []*node // indexes from the end, in order
}

// bucket is a place in a hash table with open addressing; an empty one has no node.
type bucket struct {
	head uint64
	key  string
	node *node
}

// index prepares the node and those below it for scanning, and numbers the ones without a slot.
func (n *node) index(inner *int) {
	if n.slot == noSlot {
		n.bit = *inner
		*inner++
	}
	if len(n.children) == 0 {
		return
	}
	size := 4
	for size < 4*len(n.children) {
		size *= 2
	}
	n.table = make([]bucket, size)
	n.shift = uint8(64 - bits.TrailingZeros(uint(size)))
	for _, c := range n.children {
		n.place(c)
		switch {
		case c.segment.isIndex && c.segment.index < 0:
			n.negative = append(n.negative, c)
		case c.segment.isIndex:
			n.positive = append(n.positive, c)
		}
		c.index(inner)
	}
	slices.SortFunc(n.positive, byIndex)
	slices.SortFunc(n.negative, byIndex)
}

func byIndex(a, b *node) int { return a.segment.index - b.segment.index }

func (n *node) place(c *node) {
	key := []byte(c.segment.key)
	n.lengths |= 1 << (len(key) % 64)
	head := headOf(key)
	i := hash(head, key) >> n.shift
	for n.table[i].node != nil {
		i = (i + 1) & uint64(len(n.table)-1)
	}
	n.table[i] = bucket{head: head, key: c.segment.key, node: c}
}

// mayHave says whether a child's key can have that length.
func (n *node) mayHave(length int) bool { return n.lengths>>(uint(length)%64)&1 != 0 }

// find is the child for an object key of a length that one may have, or nil. Head is headOf the key.
func (n *node) find(head uint64, key []byte) *node {
	table := n.table
	mask := uint64(len(table) - 1)
	for i := hash(head, key) >> n.shift; ; i++ {
		b := &table[i&mask]
		if b.node == nil {
			return nil
		}
		if b.head == head && len(b.key) == len(key) && (len(key) <= 8 || b.key[8:] == string(key[8:])) {
			return b.node
		}
	}
}

// hash spreads keys; its high bits are the good ones. Head is headOf the key.
func hash(head uint64, key []byte) uint64 {
	const odd = 0x9E3779B97F4A7C15
	h := head + uint64(len(key))
	for i := 8; i < len(key); i += 8 {
		at := min(i, len(key)-8)
		h = (h^h>>32)*odd ^ binary.LittleEndian.Uint64(key[at:at+8])
	}
	return (h ^ h>>32) * odd
}

// headOf is the first eight bytes of a key as a little-endian number.
func headOf(key []byte) uint64 {
	var head uint64
	for i := range min(8, len(key)) {
		head |= uint64(key[i]) << (8 * i)
	}
	return head
}
