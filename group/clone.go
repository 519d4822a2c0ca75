package group

import (
	"slices"
)

// Clone is a group like this one, to try something on. The two do not change each other. What is being recorded stays
// with the first.
func (g *Group) Clone() *Group {
	c := *g
	c.cells, c.asides, c.added, c.record = slices.Clone(g.cells), g.asides.clone(), g.added.Clone(), nil
	c.roster.own = slices.Clip(g.roster.own)
	g.growing, c.growing = false, false // neither may change the set that both use now
	return &c
}
