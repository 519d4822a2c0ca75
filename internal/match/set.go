// Package match compiles a list of definitions so that one data finds the trackers it matches: each
// distinct path is looked up once, each distinct condition judged at most once, and a tracker is looked
// at only when its pivot condition holds.
package match

import (
	"cmp"
	"slices"
	"strings"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/tracker"
)

// Set is a compiled list of definitions. It is immutable and safe for any goroutine; every group with
// the same list may share it.
type Set struct {
	defs    []*tracker.Definition
	names   []int32 // indexes of defs, sorted by name
	plan    *dotpath.Plan
	judged  []judged
	free    bucket   // trackers without a selective condition
	buckets []bucket // the others, by their pivot
	quick   []tracker.Quick
}

// judged is a distinct condition and the slot of the value it judges.
type judged struct {
	condition *condition.Condition
	slot      int32 // -1 for a custom one
}

// bucket holds the trackers that share a pivot, a condition without which none of them matches.
type bucket struct {
	pivot   int32
	matched []int32  // trackers that ask nothing more
	bounds  []bounds // trackers that ask for one bound more
	others  []candidate
}

// candidate is a tracker and its conditions but for the pivot.
type candidate struct {
	index int32
	rest  []int32
}

// Compile builds the Set of defs, which it keeps.
func Compile(defs []*tracker.Definition) *Set {
	c := compiler{
		set:     &Set{defs: defs, quick: make([]tracker.Quick, len(defs))},
		ids:     map[string]int32{},
		slots:   map[string]int32{},
		buckets: map[int32]int{},
	}
	c.set.free.pivot = -1
	for i, d := range defs {
		c.add(int32(i), d) // #nosec G115 -- a group never has that many trackers
	}
	c.set.free.sortBounds()
	for i := range c.set.buckets {
		c.set.buckets[i].sortBounds()
	}
	c.set.plan = dotpath.NewPlan(c.wants)
	c.set.sortNames()
	return c.set
}

// Len is the number of definitions.
func (s *Set) Len() int { return len(s.defs) }

// Definitions are the definitions in their order; not to be changed.
func (s *Set) Definitions() []*tracker.Definition { return s.defs }

// Index finds a definition by name: the last one, where an earlier one of that name was removed from
// its group and left its place behind.
func (s *Set) Index(name string) (int, bool) {
	at, ok := slices.BinarySearchFunc(s.names, name, func(i int32, name string) int {
		return strings.Compare(s.defs[i].Name(), name)
	})
	if !ok {
		return 0, false
	}
	for at+1 < len(s.names) && s.defs[s.names[at+1]].Name() == name {
		at++
	}
	return int(s.names[at]), true
}

func (s *Set) sortNames() {
	s.names = make([]int32, len(s.defs))
	for i := range s.names {
		s.names[i] = int32(i) // #nosec G115 -- see Compile
	}
	slices.SortStableFunc(s.names, func(a, b int32) int {
		return strings.Compare(s.defs[a].Name(), s.defs[b].Name())
	})
}

// compiler gathers what is distinct.
type compiler struct {
	set     *Set
	ids     map[string]int32 // condition ID -> index of set.judged
	slots   map[string]int32 // path -> slot
	wants   []dotpath.Want
	buckets map[int32]int // pivot -> index of set.buckets
}

func (c *compiler) add(i int32, d *tracker.Definition) {
	c.set.quick[i] = d.Quick()
	if key, ok := d.Key(); ok {
		c.set.quick[i].Slot = c.slot(key, false)
	}
	var conditions []int32
	for j := range d.Where() {
		id := c.condition(&d.Where()[j])
		if !slices.Contains(conditions, id) {
			conditions = append(conditions, id)
		}
	}
	slices.SortStableFunc(conditions, func(a, b int32) int {
		return cmp.Compare(c.rank(a), c.rank(b))
	})
	c.place(i, conditions)
}

// place puts a tracker into the bucket of its most selective condition.
func (c *compiler) place(i int32, conditions []int32) {
	b := &c.set.free
	if len(conditions) > 0 && c.rank(conditions[0]) <= selective {
		b = c.bucket(conditions[0])
		conditions = conditions[1:]
	}
	switch {
	case len(conditions) == 0:
		b.matched = append(b.matched, i)
	case len(conditions) == 1 && b.addBound(i, &c.set.judged[conditions[0]]):
	default:
		b.others = append(b.others, candidate{index: i, rest: conditions})
	}
}

func (c *compiler) bucket(pivot int32) *bucket {
	at, ok := c.buckets[pivot]
	if !ok {
		at = len(c.set.buckets)
		c.buckets[pivot] = at
		c.set.buckets = append(c.set.buckets, bucket{pivot: pivot})
	}
	return &c.set.buckets[at]
}

func (c *compiler) condition(one *condition.Condition) int32 {
	if id, ok := c.ids[one.ID()]; ok {
		return id
	}
	j := judged{condition: one, slot: -1}
	if !one.Custom() {
		j.slot = c.slot(one.Path(), one.NeedsContent())
	}
	id := int32(len(c.set.judged)) // #nosec G115 -- see Compile
	c.set.judged = append(c.set.judged, j)
	c.ids[one.ID()] = id
	return id
}

func (c *compiler) slot(path dotpath.Path, deep bool) int32 {
	slot, ok := c.slots[path.String()]
	if !ok {
		slot = int32(len(c.wants)) // #nosec G115 -- see Compile
		c.slots[path.String()] = slot
		c.wants = append(c.wants, dotpath.Want{Path: path})
	}
	c.wants[slot].Deep = c.wants[slot].Deep || deep
	return slot
}

// rank puts conditions that hold rarely and cost little first; custom ones last, so that they are asked
// only about data that meets all others. Up to selective a condition is worth a bucket.
func (c *compiler) rank(id int32) int {
	one := c.set.judged[id].condition
	if one.Custom() {
		return 4
	}
	switch one.Op() {
	case condition.OpEq:
		return 0
	case condition.OpIn:
		return selective
	case condition.OpNe, condition.OpExists, condition.OpNotContains, condition.OpNotIn,
		condition.OpNotHasItem, condition.OpNotIntersects:
		return 3
	}
	return 2
}

const selective = 1
