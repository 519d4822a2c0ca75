package match

import (
	"slices"

	"github.com/dictrack/dictrack/internal/match/predicate"
	"github.com/dictrack/dictrack/tracker"
)

// NameIndex finds definitions by name; of those that share a name, the last one added. It is a hash table with open
// addressing of four to five bytes a definition, which compares names in the list of definitions itself.
type NameIndex struct {
	cells []int32 // index + 1; 0 is free
	used  int
}

// Find returns the index of a name in defs, which are those that were added.
func (n *NameIndex) Find(name string, defs []*tracker.Definition) (int, bool) {
	if n.used == 0 {
		return 0, false
	}
	at := n.find(name, defs)
	return int(n.cells[at]) - 1, n.cells[at] != 0
}

// Add adds the name of definition i of defs.
func (n *NameIndex) Add(i int, defs []*tracker.Definition) {
	if 5*(n.used+1) > 4*len(n.cells) {
		n.grow(max(4, 2*len(n.cells)), defs)
	}
	at := n.find(defs[i].Name(), defs)
	if n.cells[at] == 0 {
		n.used++
	}
	n.cells[at] = int32(i) + 1
}

// NewNameIndex returns an index of all of defs, no larger than it needs to be.
func NewNameIndex(defs []*tracker.Definition) NameIndex {
	var n NameIndex
	n.grow(len(defs)*5/4+2, nil)
	for i := range defs {
		n.Add(i, defs)
	}
	return n
}

// Clone returns an independent copy.
func (n *NameIndex) Clone() NameIndex { return NameIndex{slices.Clone(n.cells), n.used} }

// find returns the cell of a name, or the free cell where it would be.
func (n *NameIndex) find(name string, defs []*tracker.Definition) int {
	at := int(uint64(predicate.HashString(name)) * uint64(len(n.cells)) >> 32)
	for n.cells[at] != 0 && defs[n.cells[at]-1].Name() != name {
		if at++; at == len(n.cells) {
			at = 0
		}
	}
	return at
}

func (n *NameIndex) grow(size int, defs []*tracker.Definition) {
	old := n.cells
	n.cells = make([]int32, size)
	for _, cell := range old {
		if cell != 0 {
			n.cells[n.find(defs[cell-1].Name(), defs)] = cell
		}
	}
}
