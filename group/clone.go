package group

import "slices"

// Clone returns a copy of the group, for trial runs. The two do not affect each other. A pending change stays with g.
func (g *Group) Clone() *Group {
	c := *g
	c.pending = nil
	c.states, c.overflow = g.states.Clone(), g.overflow.clone()
	c.list.own = slices.Clip(g.list.own) // an append to one must not write into the other's array
	c.names = g.names.Clone()
	if g.mutable { // a mutable program has one owner
		c.program, c.mutable, c.namesStale = g.baseProgram(), false, true
	}
	return &c
}
