package group

const (
	// groupSize is about what a group takes besides its trackers and its name.
	groupSize = 256
	// trackerSize is about what a tracker takes in its group: its word, and its share of lists and of what is compiled for
	// the group alone.
	trackerSize = 36
	// wideSize is what one takes besides that a word does not do for.
	wideSize = 16
)

// Size is about how many bytes of memory the group takes. Definitions are shared between groups and not counted.
func (g *Group) Size() int {
	return groupSize + len(g.name) + trackerSize*g.states.Len() + wideSize*g.states.WideCount()
}
