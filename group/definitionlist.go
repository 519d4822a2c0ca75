package group

import (
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// definitionList is the definitions of a group, in order: first those that it may share with other groups, then its own. What is
// in it at a place stays there: definitions are appended, and whoever changes one makes a new list.
type definitionList struct {
	base, own []*tracker.Definition
}

func (r *definitionList) len() int { return len(r.base) + len(r.own) }

func (r *definitionList) at(place int) *tracker.Definition {
	if place < len(r.base) {
		return r.base[place]
	}
	return r.own[place-len(r.base)]
}

// all is one list of all of them, which belongs to nobody else.
func (r *definitionList) all() []*tracker.Definition {
	return append(append(make([]*tracker.Definition, 0, r.len()), r.base...), r.own...)
}

// Compiler makes, or finds, the compiled set of a list of definitions over another set, or over none. The Group hands
// defs over.
type Compiler func(under *states.Program, defs []*tracker.Definition) *states.Program

const (
	// smallGroup is how many are better compiled anew, into a set that other groups may share, than looked up in two.
	smallGroup = 128
	// largeGroup is from how many on a group's list is not compiled anew because one definition changed.
	largeGroup = 1024
)

// compiledProgram is the set of all definitions. A group that adds trackers to a set goes on using it, with a set of its own
// over it: a new one at each addition at first, later one that grows.
func (g *Group) compiledProgram(compile Compiler) *states.Program {
	n := g.list.len()
	switch {
	case g.program != nil && g.program.Len() == n:
		return g.program
	case g.program == nil || n <= smallGroup && 2*len(g.list.own) > len(g.list.base):
		g.useProgram(compile(nil, g.list.all()))
	case len(g.list.own) <= smallGroup:
		g.useProgram(compile(g.baseProgram(), g.list.own))
	default:
		g.useProgram(states.NewMutable(g.baseProgram(), g.list.own))
		g.mutable = true
	}
	return g.program
}

// baseProgram is the set that others may share.
func (g *Group) baseProgram() *states.Program {
	if under := g.program.Base(); under != nil {
		return under
	}
	return g.program
}

// useProgram uses a set that covers all definitions.
func (g *Group) useProgram(set *states.Program) {
	g.program, g.mutable, g.names, g.namesStale = set, false, match.NameIndex{}, false
	if under := set.Base(); under != nil {
		own := set.Definitions()
		g.list = definitionList{under.Definitions(), own[:len(own):len(own)]}
		return
	}
	g.list = definitionList{base: set.Definitions()}
}

// uncompiled are the last definitions, which the set does not know.
func (g *Group) uncompiled() []*tracker.Definition {
	if g.program == nil {
		return g.list.own
	}
	return g.list.own[g.program.Len()-len(g.list.base):]
}

// appendDefinition appends a definition.
func (g *Group) appendDefinition(d *tracker.Definition) {
	if g.mutable && g.program.Len() == g.list.len() {
		g.program.Insert(d)
		g.list.own = g.program.Definitions()
		return
	}
	names := g.nameIndex()
	g.list.own = append(g.list.own, d)
	last := g.uncompiled()
	names.Add(len(last)-1, last)
}

// setDefinitions uses another list of definitions.
func (g *Group) setDefinitions(defs []*tracker.Definition) {
	g.list, g.program, g.mutable = definitionList{own: defs}, nil, false
	g.names, g.namesStale = match.NameIndex{}, true
}

// nameIndex are those that the set does not cover, taken in when they are first asked for: data asks for none.
func (g *Group) nameIndex() *match.NameIndex {
	if g.namesStale {
		g.names, g.namesStale = match.NewNameIndex(g.uncompiled()), false
	}
	return &g.names
}

// find returns the place of a tracker that is there.
func (g *Group) find(name string) (int, bool) {
	last := g.uncompiled()
	place, ok := g.nameIndex().Find(name, last)
	if ok {
		place += g.list.len() - len(last)
	} else if g.program != nil {
		place, ok = g.program.Index(name)
	}
	if !ok || g.states.Removed(place) {
		return 0, false
	}
	return place, true
}

// replaceDefinition gives a tracker another definition, of the same name.
func (g *Group) replaceDefinition(place int, d *tracker.Definition) {
	if g.list.len() >= largeGroup && g.program != nil && len(g.uncompiled()) == 0 {
		if set := g.program.Replacing(place, d); set != nil {
			growing := g.mutable
			g.useProgram(set)
			g.mutable = growing
			return
		}
	}
	defs := g.list.all()
	defs[place] = d
	g.setDefinitions(defs)
}
