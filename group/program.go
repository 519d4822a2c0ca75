package group

import (
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// Compiler compiles definitions into a program on top of base, or on its own when base is nil. It may return a program
// that it compiled before for the same arguments. It takes ownership of defs.
type Compiler func(base *states.Program, defs []*tracker.Definition) *states.Program

const (
	// smallGroup is the number of trackers up to which one program, which other groups may share, is cheaper than a
	// program on top of another.
	smallGroup = 128
	// largeGroup is the number of trackers from which on one changed definition does not recompile all.
	largeGroup = 1024
)

// compiledProgram returns the program of all definitions. A group that adds trackers to a shared program keeps it as
// the base of a program of its own: a new one at each addition at first, later a mutable one.
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

// baseProgram returns the program that other groups may share.
func (g *Group) baseProgram() *states.Program {
	if base := g.program.Base(); base != nil {
		return base
	}
	return g.program
}

// useProgram installs a program that contains all definitions.
func (g *Group) useProgram(program *states.Program) {
	g.program, g.mutable, g.names, g.namesStale = program, false, match.NameIndex{}, false
	if base := program.Base(); base != nil {
		own := program.Definitions()
		g.list = definitionList{base.Definitions(), own[:len(own):len(own)]}
		return
	}
	g.list = definitionList{base: program.Definitions()}
}

// uncompiled returns the last definitions, which the program does not contain.
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

// setDefinitions replaces all definitions, and discards the program.
func (g *Group) setDefinitions(defs []*tracker.Definition) {
	g.list, g.program, g.mutable = definitionList{own: defs}, nil, false
	g.names, g.namesStale = match.NameIndex{}, true
}

// nameIndex returns the index of the names that the program does not contain. It is built on first use, because
// tracking a message does not need it.
func (g *Group) nameIndex() *match.NameIndex {
	if g.namesStale {
		g.names, g.namesStale = match.NewNameIndex(g.uncompiled()), false
	}
	return &g.names
}

// find returns the index of the named tracker, unless there is none or it was removed.
func (g *Group) find(name string) (int, bool) {
	last := g.uncompiled()
	index, ok := g.nameIndex().Find(name, last)
	if ok {
		index += g.list.len() - len(last)
	} else if g.program != nil {
		index, ok = g.program.Index(name)
	}
	if !ok || g.states.Removed(index) {
		return 0, false
	}
	return index, true
}

// replaceDefinition gives a tracker another definition, of the same name.
func (g *Group) replaceDefinition(index int, d *tracker.Definition) {
	if g.list.len() >= largeGroup && g.program != nil && len(g.uncompiled()) == 0 {
		if program := g.program.Replacing(index, d); program != nil {
			mutable := g.mutable
			g.useProgram(program)
			g.mutable = mutable
			return
		}
	}
	defs := g.list.all()
	defs[index] = d
	g.setDefinitions(defs)
}
