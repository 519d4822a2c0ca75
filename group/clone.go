package group

import (
	"maps"
	"slices"
)

// Clone is a group like this one, to try something on. The two do not change each other. What is being recorded stays
// with the first.
func (g *Group) Clone() *Group {
	c := *g
	c.states, c.added = slices.Clone(g.states), maps.Clone(g.added)
	c.owned, c.record = false, nil // the list of definitions is shared until one of the two changes it
	return &c
}
