// Package index matches a set of trackers of any size, to which trackers can be added at any time.
//
// It combines four standard structures:
//
//   - a hash index on composite keys: a tracker is filed under the scalars that it asks for at several paths, as many
//     at once as pays; a trie of slots says which combinations a match looks up.
//   - interval indexes, for trackers that ask for a range only: a sorted list of end points answers the stabbing query
//     "which intervals contain this number". Prefix bitmaps at some of the points answer it for intervals without one of
//     the ends without visiting them one by one.
//   - access predicates, for trackers filed together that ask for ranges on several paths: each is looked up by the most
//     selective of its intervals, and its other predicates are checked on what that finds.
//   - packed predicates: what is left to check of a tracker, in words that are read one after the other.
//
// What it costs to match grows with the trackers that match, and not with those in the index.
package index

import (
	"cmp"
	"slices"

	"github.com/dictrack/dictrack/internal/match/predicate"
	"github.com/dictrack/dictrack/tracker"
)

// Index is an index of trackers. It is safe for any goroutine while nothing is inserted.
type Index struct {
	keyTable
	paths     keyPath // the combinations of slots that are looked up
	compounds int     // how many of them have more than one slot
	items     []int32 // slots of lists whose items are looked up

	unindexed bucket // trackers without an equality
	filed

	equalitySlots []int32 // slots whose values are looked up in the dictionary
	intervalSlots []int32 // slots whose numbers are compared
	uses          []int32 // by dictionary number: how many trackers ask for the scalar
}

// maxScalars is how many scalars an equality may name; a condition with more is a residual predicate.
const maxScalars = 1024

// New returns an empty index for trackers that c classifies.
func New(c *predicate.Classifier) *Index {
	c.MaxScalars, c.Items = maxScalars, true
	x := &Index{}
	x.nodes = make([]node, 1)
	return x
}

// Insert adds the tracker with an index, which must be greater than those before it. The classifier is always the same.
func (x *Index) Insert(index int32, d *tracker.Definition, c *predicate.Classifier) {
	c.Classify(d)
	if c.Unsatisfiable {
		return
	}
	x.addSlots(c)
	for _, at := range x.fileUnder(c) {
		switch {
		case at == 0:
			x.unindexed.add(index, &c.Predicates, &x.filed)
		case x.nodes[at].ref == 0 && isEmpty(&c.Predicates):
			x.nodes[at].ref = index + 1
		default:
			x.bucket(at).add(index, &c.Predicates, &x.filed)
		}
	}
}

func isEmpty(p *predicate.Predicates) bool {
	return len(p.Equalities)+len(p.Intervals)+len(p.Residual)+len(p.Custom) == 0
}

// addSlots adds the slots of a tracker to those that a match reads, and its scalars and intervals to the statistics.
func (x *Index) addSlots(c *predicate.Classifier) {
	x.growExtents(c.Paths.Len())
	for i := range c.Intervals {
		iv := &c.Intervals[i]
		x.intervalSlots = insertSorted(x.intervalSlots, iv.Slot)
		x.extents[iv.Slot].widen(iv)
	}
	for i := range c.Equalities {
		e := &c.Equalities[i]
		if !e.Item {
			x.equalitySlots = insertSorted(x.equalitySlots, e.Slot)
		}
		for _, number := range e.Numbers {
			if more := int(number) + 1 - len(x.uses); more > 0 {
				x.uses = append(x.uses, make([]int32, more)...)
			}
			x.uses[number]++
		}
	}
}

// insertSorted returns the sorted list with a slot, which it may have already.
func insertSorted(slots []int32, slot int32) []int32 {
	at, ok := slices.BinarySearch(slots, slot)
	if ok {
		return slots
	}
	return slices.Insert(slots, at, slot)
}

// fileUnder chooses the nodes that a tracker is filed under and removes the equalities that lead there from c. The
// other equalities stay to be checked, the most selective first.
func (x *Index) fileUnder(c *predicate.Classifier) []int32 {
	chosen := x.choose(c.Equalities)
	nodes := []int32{0}
	for _, e := range chosen {
		var next []int32
		for _, parent := range nodes {
			for _, number := range e.Numbers {
				next = append(next, x.add(parent, number))
			}
		}
		nodes = next
	}
	x.addPath(chosen)
	all := c.Equalities
	c.Equalities = c.Equalities[:0]
	for _, e := range all {
		id := e.Condition.ID()
		switch {
		case slices.ContainsFunc(chosen, func(o predicate.Equality) bool { return o.Condition.ID() == id }):
		case e.Item || len(e.Numbers) > 1 || len(c.Equalities) == predicate.MaxPerKind:
			c.AddResidual(&e.Condition)
		default:
			c.Equalities = append(c.Equalities, e)
		}
	}
	slices.SortStableFunc(c.Equalities, func(a, b predicate.Equality) int {
		return cmp.Compare(x.uses[a.Numbers[0]], x.uses[b.Numbers[0]])
	})
	return nodes
}

// addPath makes matches look up the combination of slots of some equalities.
func (x *Index) addPath(equalities []predicate.Equality) {
	if len(equalities) == 1 && equalities[0].Item {
		x.items = insertSorted(x.items, equalities[0].Slot)
		return
	}
	p := &x.paths
	for i, e := range equalities {
		if i > 0 && p.find(e.Slot) == nil {
			x.compounds++
		}
		p = p.add(e.Slot)
	}
}
