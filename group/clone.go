package group

import "slices"

// Clone is a group like this one, to try something on. The two do not change each other. What is being recorded stays
// with the first.
func (g *Group) Clone() *Group {
	c := *g
	c.pending = nil
	c.cells, c.asides = g.cells.Clone(), g.asides.clone()
	c.roster.own = slices.Clip(g.roster.own) // so that neither appends where the other does
	c.added = g.added.Clone()
	if g.growing { // the set goes on with the first
		c.set, c.growing, c.unnamed = g.bottom(), false, true
	}
	return &c
}

func (a *asides) clone() *asides {
	if a == nil {
		return nil
	}
	return &asides{slices.Clone(a.places), slices.Clone(a.extras)}
}
