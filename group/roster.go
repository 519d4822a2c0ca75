package group

import (
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// roster is the definitions of a group, in order: first those that it may share with other groups, then its own. What is
// in it at a place stays there: definitions are appended, and whoever changes one makes a new list.
type roster struct {
	base, own []*tracker.Definition
}

func (r *roster) len() int { return len(r.base) + len(r.own) }

func (r *roster) at(place int) *tracker.Definition {
	if place < len(r.base) {
		return r.base[place]
	}
	return r.own[place-len(r.base)]
}

// all is one list of all of them, which belongs to nobody else.
func (r *roster) all() []*tracker.Definition {
	return append(append(make([]*tracker.Definition, 0, r.len()), r.base...), r.own...)
}

// Compiler makes, or finds, the compiled set of a list of definitions over another set, or over none. The Group hands
// defs over.
type Compiler func(under *states.Program, defs []*tracker.Definition) *states.Program

const (
	// fewTrackers is how many are better compiled anew, into a set that other groups may share, than looked up in two.
	fewTrackers = 128
	// manyTrackers is from how many on a group's list is not compiled anew because one definition changed.
	manyTrackers = 1024
)

// compiled is the set of all definitions. A group that adds trackers to a set goes on using it, with a set of its own
// over it: a new one at each addition at first, later one that grows.
func (g *Group) compiled(compile Compiler) *states.Program {
	n := g.roster.len()
	switch {
	case g.set != nil && g.set.Len() == n:
		return g.set
	case g.set == nil || n <= fewTrackers && 2*len(g.roster.own) > len(g.roster.base):
		g.take(compile(nil, g.roster.all()))
	case len(g.roster.own) <= fewTrackers:
		g.take(compile(g.bottom(), g.roster.own))
	default:
		g.take(states.NewMutable(g.bottom(), g.roster.own))
		g.growing = true
	}
	return g.set
}

// bottom is the set that others may share.
func (g *Group) bottom() *states.Program {
	if under := g.set.Base(); under != nil {
		return under
	}
	return g.set
}

// take uses a set that covers all definitions.
func (g *Group) take(set *states.Program) {
	g.set, g.growing, g.added, g.unnamed = set, false, match.NameIndex{}, false
	if under := set.Base(); under != nil {
		own := set.Definitions()
		g.roster = roster{under.Definitions(), own[:len(own):len(own)]}
		return
	}
	g.roster = roster{base: set.Definitions()}
}

// uncovered are the last definitions, which the set does not know.
func (g *Group) uncovered() []*tracker.Definition {
	if g.set == nil {
		return g.roster.own
	}
	return g.roster.own[g.set.Len()-len(g.roster.base):]
}

// enlist appends a definition.
func (g *Group) enlist(d *tracker.Definition) {
	if g.growing && g.set.Len() == g.roster.len() {
		g.set.Insert(d)
		g.roster.own = g.set.Definitions()
		return
	}
	names := g.names()
	g.roster.own = append(g.roster.own, d)
	last := g.uncovered()
	names.Add(len(last)-1, last)
}

// rewrite uses another list of definitions.
func (g *Group) rewrite(defs []*tracker.Definition) {
	g.roster, g.set, g.growing = roster{own: defs}, nil, false
	g.added, g.unnamed = match.NameIndex{}, true
}

// names are those that the set does not cover, taken in when they are first asked for: data asks for none.
func (g *Group) names() *match.NameIndex {
	if g.unnamed {
		g.added, g.unnamed = match.NewNameIndex(g.uncovered()), false
	}
	return &g.added
}

// find returns the place of a tracker that is there.
func (g *Group) find(name string) (int, bool) {
	last := g.uncovered()
	place, ok := g.names().Find(name, last)
	if ok {
		place += g.roster.len() - len(last)
	} else if g.set != nil {
		place, ok = g.set.Index(name)
	}
	if !ok || g.cells.Removed(place) {
		return 0, false
	}
	return place, true
}

// exchange gives a tracker another definition, of the same name.
func (g *Group) exchange(place int, d *tracker.Definition) {
	if g.roster.len() >= manyTrackers && g.set != nil && len(g.uncovered()) == 0 {
		if set := g.set.Replacing(place, d); set != nil {
			growing := g.growing
			g.take(set)
			g.growing = growing
			return
		}
	}
	defs := g.roster.all()
	defs[place] = d
	g.rewrite(defs)
}
