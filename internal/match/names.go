package match

import (
	"slices"

	"github.com/dictrack/dictrack/tracker"
)

// NameIndex finds the places of definitions by their names; of those that share a name, the last one added. It keeps four
// to five bytes for each, and looks at the definitions themselves to compare.
type NameIndex struct {
	places []int32 // open addressing, place + 1; 0 is free
	used   int
}

// Find is the place of a name in defs, which are those that were added.
func (n *NameIndex) Find(name string, defs []*tracker.Definition) (int, bool) {
	if n.used == 0 {
		return 0, false
	}
	at := n.seek(name, defs)
	return int(n.places[at]) - 1, n.places[at] != 0
}

// Add takes in the name of the definition at a place of defs.
func (n *NameIndex) Add(place int, defs []*tracker.Definition) {
	if 5*(n.used+1) > 4*len(n.places) {
		n.grow(max(4, 2*len(n.places)), defs)
	}
	at := n.seek(defs[place].Name(), defs)
	if n.places[at] == 0 {
		n.used++
	}
	n.places[at] = int32(place) + 1
}

// NewNameIndex takes in all of defs, in no more room than they need.
func NewNameIndex(defs []*tracker.Definition) NameIndex {
	var n NameIndex
	n.grow(len(defs)*5/4+2, nil)
	for place := range defs {
		n.Add(place, defs)
	}
	return n
}

// Clone is a copy that goes on apart.
func (n *NameIndex) Clone() NameIndex { return NameIndex{slices.Clone(n.places), n.used} }

// seek is where a name stands, or would.
func (n *NameIndex) seek(name string, defs []*tracker.Definition) int {
	at := int(uint64(hashName(name)) * uint64(len(n.places)) >> 32)
	for n.places[at] != 0 && defs[n.places[at]-1].Name() != name {
		if at++; at == len(n.places) {
			at = 0
		}
	}
	return at
}

func (n *NameIndex) grow(size int, defs []*tracker.Definition) {
	old := n.places
	n.places = make([]int32, size)
	for _, place := range old {
		if place != 0 {
			n.places[n.seek(defs[place-1].Name(), defs)] = place
		}
	}
}

func hashName(name string) uint32 {
	var k key
	k.string(name)
	return k.hash()
}
