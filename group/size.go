package group

const (
	// ownSize is about what a group takes besides its trackers and its name.
	ownSize = 256
	// placeSize is about what a tracker takes in its group: its word, and its share of lists and of what is compiled for
	// the group alone.
	placeSize = 36
	// cellSize is what one takes besides that a word does not do for.
	cellSize = 16
)

// Size is about how many bytes of memory the group takes. Definitions are shared between groups and not counted.
func (g *Group) Size() int {
	return ownSize + len(g.name) + placeSize*g.cells.Len() + cellSize*g.cells.WideCount()
}
