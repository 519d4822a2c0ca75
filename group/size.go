package group

// Estimates of memory, in bytes.
const (
	groupSize   = 256 // a group without its trackers and its name
	trackerSize = 36  // a tracker: its small state, and its share of lists and of a program that the group has alone
	wideSize    = 16  // what a state that is not small takes besides
)

// Size estimates how many bytes of memory the group takes. Definitions, which groups share, do not count.
func (g *Group) Size() int {
	return groupSize + len(g.name) + trackerSize*g.states.Len() + wideSize*g.states.WideCount()
}
