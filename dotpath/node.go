package dotpath

import (
	"slices"

	"github.com/dictrack/dictrack/internal/rawjson"
)

// node is a point in the tree of wanted paths.
type node struct {
	segment  segment
	path     string // to this node, for errors
	slot     int
	withContent     bool
	seenBit      int // its number among the nodes without a slot
	children []*node

	// What a scan finds children with.
	keys     rawjson.Keys // numbered as the children
	positive []*node      // indexes from the front, in order
	negative []*node      // indexes from the end, in order
}

// prepare prepares the node and those below it for scanning, and numbers the ones without a slot.
func (n *node) prepare(interior *int) {
	if n.slot == noSlot {
		n.seenBit = *interior
		*interior++
	}
	if len(n.children) == 0 {
		return
	}
	keys := make([]string, len(n.children))
	for i, c := range n.children {
		keys[i] = c.segment.key
		switch {
		case c.segment.isIndex && c.segment.index < 0:
			n.negative = append(n.negative, c)
		case c.segment.isIndex:
			n.positive = append(n.positive, c)
		}
		c.prepare(interior)
	}
	n.keys = rawjson.NewKeys(keys)
	slices.SortFunc(n.positive, byIndex)
	slices.SortFunc(n.negative, byIndex)
}

func byIndex(a, b *node) int { return a.segment.index - b.segment.index }
