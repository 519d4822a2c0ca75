package dotpath

import (
	"slices"

	"github.com/dictrack/dictrack/internal/rawjson"
)

// node is a node of the prefix tree (trie) of the requested paths.
type node struct {
	segment     segment
	path        string // to this node, for errors
	slot        int
	withContent bool
	seenBit     int // its number among the interior nodes
	children    []*node

	// These find the children during a scan.
	keys     rawjson.Keys // numbered as the children
	positive []*node      // children with an index from the front, in order
	negative []*node      // children with an index from the end, in order
}

// prepare prepares the node and those below it for scanning, and numbers the interior ones.
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
