package group

import "slices"

// Clone is a group like this one, to try something on. The two do not change each other. What is being recorded stays
// with the first.
func (g *Group) Clone() *Group {
	c := *g
	c.pending = nil
	c.states, c.overflow = g.states.Clone(), g.overflow.clone()
	c.list.own = slices.Clip(g.list.own) // so that neither appends where the other does
	c.names = g.names.Clone()
	if g.mutable { // the set goes on with the first
		c.program, c.mutable, c.namesStale = g.baseProgram(), false, true
	}
	return &c
}

func (a *overflowTable) clone() *overflowTable {
	if a == nil {
		return nil
	}
	return &overflowTable{slices.Clone(a.indexes), slices.Clone(a.entries)}
}
