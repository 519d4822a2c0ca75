package group

const (
	// ownSize is about what a group takes besides its trackers and its name.
	ownSize = 256
	// placeSize is about what a tracker takes in its group: its state, and its share of lists.
	placeSize = 24
)

// Size is about how many bytes of memory the group takes. Definitions, and what is compiled of them, are shared between
// groups and not counted.
func (g *Group) Size() int { return ownSize + len(g.name) + placeSize*len(g.cells) }
