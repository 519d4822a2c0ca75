package predicate

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/tracker"
)

// Paths are the paths that a set reads from data, each with a slot of its own. They are immutable, and sets that read
// the same paths share them.
type Paths struct {
	requests []dotpath.Request
	slots    map[string]int32 // by path
	plan     *dotpath.Plan
}

// PathsOf returns the paths that defs read and those of base, which keep their slots; base may be nil.
func PathsOf(base *Paths, defs []*tracker.Definition, interner Interner) *Paths {
	c := pathCollector{slots: map[string]int{}}
	if base != nil {
		c.requests = slices.Clone(base.requests)
		for slot := range c.requests {
			c.slots[c.requests[slot].Path.String()] = slot
		}
	}
	known := len(c.requests)
	for _, d := range defs {
		c.addDefinition(d)
	}
	slices.SortFunc(c.requests[known:], func(a, b dotpath.Request) int { // so that more sets have the same
		return cmp.Compare(a.Path.String(), b.Path.String())
	})
	return interner.Paths(keyOfRequests(c.requests), func() *Paths { return newPaths(c.requests) })
}

func newPaths(requests []dotpath.Request) *Paths {
	p := &Paths{requests: slices.Clip(requests), slots: make(map[string]int32, len(requests)), plan: dotpath.NewPlan(requests)}
	for slot := range requests {
		p.slots[requests[slot].Path.String()] = int32(slot)
	}
	return p
}

func keyOfRequests(requests []dotpath.Request) string {
	var text []byte
	for i := range requests {
		withContent := byte(0)
		if requests[i].WithContent {
			withContent = 1
		}
		path := requests[i].Path.String()
		text = append(binary.AppendUvarint(append(text, withContent), uint64(len(path))), path...)
	}
	return string(text)
}

// Len returns the number of slots.
func (p *Paths) Len() int { return len(p.requests) }

// Plan reads all paths from data, each into its slot.
func (p *Paths) Plan() *dotpath.Plan { return p.plan }

// Slot returns the slot of a path, which must be one of them.
func (p *Paths) Slot(path dotpath.Path) int32 { return p.slots[path.String()] }

// Covers reports whether the paths have all that d reads.
func (p *Paths) Covers(d *tracker.Definition) bool {
	covered := true
	eachRequest(d, func(path dotpath.Path, withContent bool) {
		slot, ok := p.slots[path.String()]
		covered = covered && ok && (p.requests[slot].WithContent || !withContent)
	})
	return covered
}

// With returns the paths and those that d reads besides.
func (p *Paths) With(d *tracker.Definition) *Paths {
	c := pathCollector{requests: slices.Clone(p.requests), slots: make(map[string]int, len(p.slots))}
	for path, slot := range p.slots {
		c.slots[path] = int(slot)
	}
	c.addDefinition(d)
	return newPaths(c.requests)
}

// pathCollector collects distinct paths.
type pathCollector struct {
	requests []dotpath.Request
	slots    map[string]int
}

func (c *pathCollector) addDefinition(d *tracker.Definition) { eachRequest(d, c.add) }

func (c *pathCollector) add(path dotpath.Path, withContent bool) {
	slot, ok := c.slots[path.String()]
	if !ok {
		slot = len(c.requests)
		c.slots[path.String()] = slot
		c.requests = append(c.requests, dotpath.Request{Path: path})
	}
	c.requests[slot].WithContent = c.requests[slot].WithContent || withContent
}

// eachRequest passes every path that d reads, and whether it reads the content of a list or an object there.
func eachRequest(d *tracker.Definition, request func(path dotpath.Path, withContent bool)) {
	for _, r := range d.Paths() {
		request(r.Path, r.WithContent)
	}
	where := d.Where()
	for i := range where {
		for leaf := range where[i].Leaves() {
			for path := range leaf.Paths() {
				request(path, leaf.NeedsContent())
			}
		}
	}
}
