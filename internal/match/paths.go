package match

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/tracker"
)

// Paths are the paths that a set reads from data, each in a slot of its own. They are immutable, and shared by sets
// that read the same ones.
type Paths struct {
	wants []dotpath.Request
	slots map[string]int32 // by path
	plan  *dotpath.Plan
}

// Interner finds what sets have in common by its key, or builds it, so that groups with sets of their own hold it once.
type Interner interface {
	Paths(key string, build func() *Paths) *Paths
	Dictionary(key string, build func() *Dictionary) *Dictionary
}

// alone shares nothing.
type alone struct{}

// Paths implements Shared.
func (alone) Paths(_ string, build func() *Paths) *Paths { return build() }

// Dictionary implements Shared.
func (alone) Dictionary(_ string, build func() *Dictionary) *Dictionary { return build() }

// pathsOf are the paths of a set of defs over another one, whose slots stay what they are.
func pathsOf(under *Set, defs []*tracker.Definition, share Interner) *Paths {
	g := gatherer{slots: map[string]int{}}
	if under != nil {
		g.wants = slices.Clone(under.paths.wants)
		for slot := range g.wants {
			g.slots[g.wants[slot].Path.String()] = slot
		}
	}
	known := len(g.wants)
	for _, d := range defs {
		g.definition(d)
	}
	slices.SortFunc(g.wants[known:], func(a, b dotpath.Request) int { // so that more sets share
		return cmp.Compare(a.Path.String(), b.Path.String())
	})
	return share.Paths(keyOfWants(g.wants), func() *Paths { return newPaths(g.wants) })
}

func newPaths(wants []dotpath.Request) *Paths {
	p := &Paths{wants: slices.Clip(wants), slots: make(map[string]int32, len(wants)), plan: dotpath.NewPlan(wants)}
	for slot := range wants {
		p.slots[wants[slot].Path.String()] = int32(slot)
	}
	return p
}

func keyOfWants(wants []dotpath.Request) string {
	var text []byte
	for i := range wants {
		deep := byte(0)
		if wants[i].WithContent {
			deep = 1
		}
		path := wants[i].Path.String()
		text = append(binary.AppendUvarint(append(text, deep), uint64(len(path))), path...)
	}
	return string(text)
}

// gatherer collects distinct paths.
type gatherer struct {
	wants []dotpath.Request
	slots map[string]int
	grown bool // a path is new, or is read deeper
}

func (g *gatherer) definition(d *tracker.Definition) {
	for _, p := range d.Paths() {
		g.want(p.Path, p.WithContent)
	}
	for i := range d.Where() {
		if c := &d.Where()[i]; !c.Custom() {
			g.want(c.Path(), c.NeedsContent())
		}
	}
}

func (g *gatherer) want(path dotpath.Path, deep bool) {
	slot, ok := g.slots[path.String()]
	if !ok {
		slot = len(g.wants)
		g.slots[path.String()] = slot
		g.wants = append(g.wants, dotpath.Request{Path: path})
		g.grown = true
	}
	if deep && !g.wants[slot].WithContent {
		g.wants[slot].WithContent, g.grown = true, true
	}
}

func (p *Paths) slot(path dotpath.Path) int32 { return p.slots[path.String()] }

// reads tells whether the paths have all that d needs.
func (p *Paths) reads(d *tracker.Definition) bool {
	for _, r := range d.Paths() {
		if !p.has(r.Path, r.WithContent) {
			return false
		}
	}
	return !slices.ContainsFunc(d.Where(), func(c condition.Condition) bool {
		return !c.Custom() && !p.has(c.Path(), c.NeedsContent())
	})
}

func (p *Paths) has(path dotpath.Path, deep bool) bool {
	slot, ok := p.slots[path.String()]
	return ok && (p.wants[slot].WithContent || !deep)
}

// with are the paths that d needs besides.
func (p *Paths) with(d *tracker.Definition) *Paths {
	g := gatherer{wants: slices.Clone(p.wants), slots: make(map[string]int, len(p.slots))}
	for path, slot := range p.slots {
		g.slots[path] = int(slot)
	}
	g.definition(d)
	return newPaths(g.wants)
}
