package bitmap

import (
	"slices"

	"github.com/dictrack/dictrack/internal/match/predicate"
	"github.com/dictrack/dictrack/tracker"
)

// maxScalars is how many scalars an equality may name; a condition with more is a residual predicate.
const maxScalars = 16

// builder builds an Index.
type builder struct {
	index      *Index
	classifier *predicate.Classifier
	scalars    []bitmap               // by dictionary number - 1
	intervals  [][]predicate.Interval // of each tracker
}

// Build builds x, a zero Index, for at most MaxTrackers definitions, whose paths the classifier has. It returns the
// dictionary that Match needs, which the interner may share with other sets.
func (x *Index) Build(c *predicate.Classifier, defs []*tracker.Definition, interner predicate.Interner) *predicate.Dictionary {
	c.MaxScalars = maxScalars
	b := builder{index: x, classifier: c}
	x.equalities = x.inlineEquality[:0]
	for i, d := range defs {
		c.Classify(d)
		if !c.Unsatisfiable {
			x.all.set(i)
		}
		b.addEqualities(i)
		b.addResiduals(i)
		b.intervals = append(b.intervals, slices.Clone(c.Intervals))
	}
	b.addIndifferent()
	dictionary := b.intern(interner)
	b.pack(b.buildRegions())
	return dictionary
}

// addEqualities adds tracker i to the scalars that let it pass. A second condition on a slot is a residual predicate.
func (b *builder) addEqualities(i int) {
	c := b.classifier
	for n := range c.Equalities {
		e := &c.Equalities[n]
		if slices.ContainsFunc(c.Equalities[:n], func(other predicate.Equality) bool { return other.Slot == e.Slot }) {
			c.AddResidual(&e.Condition)
			continue
		}
		b.equalitySlot(e.Slot).other.set(i) // complemented by addIndifferent
		for _, number := range e.Numbers {
			for len(b.scalars) < int(number) {
				b.scalars = append(b.scalars, bitmap{})
			}
			b.scalars[number-1].set(i)
		}
	}
}

func (b *builder) equalitySlot(slot int32) *equalitySlot {
	x := b.index
	at := slices.IndexFunc(x.equalities, func(s equalitySlot) bool { return s.slot == slot })
	if at < 0 {
		at = len(x.equalities)
		x.equalities = append(x.equalities, equalitySlot{slot: slot})
	}
	return &x.equalities[at]
}

// addResiduals adds the predicates of tracker i that must be evaluated.
func (b *builder) addResiduals(i int) {
	x, c := b.index, b.classifier
	for _, number := range c.Residual {
		at := slices.IndexFunc(x.residuals, func(r residual) bool { return r.number == number })
		if at < 0 {
			at = len(x.residuals)
			x.residuals = append(x.residuals, residual{number: number})
		}
		x.residuals[at].trackers.set(i)
	}
	if len(c.Custom) > 0 {
		x.customs = append(x.customs, custom{int32(i), slices.Clone(c.Custom)})
	}
}

// addIndifferent adds to each scalar the trackers that ask for nothing at its slot.
func (b *builder) addIndifferent() {
	x, dictionary := b.index, b.classifier.Dictionary
	for i := range x.equalities {
		other := x.all
		other.without(&x.equalities[i].other)
		x.equalities[i].other = other
	}
	for len(b.scalars) < dictionary.Len() {
		b.scalars = append(b.scalars, bitmap{})
	}
	for i := range b.scalars {
		b.scalars[i].or(&b.equalitySlot(dictionary.Slot(int32(i + 1))).other)
	}
}

// intern numbers the scalars canonically, so that other sets can have the same dictionary.
func (b *builder) intern(interner predicate.Interner) *predicate.Dictionary {
	dictionary, numbers := b.classifier.Dictionary.Interned(interner)
	scalars := make([]bitmap, len(b.scalars))
	for i, number := range numbers {
		scalars[number-1] = b.scalars[i]
	}
	b.scalars = scalars
	return dictionary
}

// buildRegions builds the regions of every slot with intervals.
func (b *builder) buildRegions() []regions {
	var list []regions
	for i := range b.intervals {
		for _, iv := range b.intervals[i] {
			at := slices.IndexFunc(list, func(r regions) bool { return r.slot == iv.Slot })
			if at < 0 {
				at = len(list)
				list = append(list, regions{slot: iv.Slot, other: b.index.all})
			}
			list[at].addEnds(i, iv)
		}
	}
	for i := range list {
		list[i].fill(b.intervals)
	}
	return list
}

// pack puts all that a match reads side by side in memory, in the order in which it does.
func (b *builder) pack(list []regions) {
	x := b.index
	size := words * len(b.scalars)
	for i := range list {
		size += len(list[i].ends) + words*len(list[i].bitmaps)
	}
	if x.ranges = x.inlineRange[:0]; len(list) > len(x.inlineRange) {
		x.ranges = make([]rangeSlot, 0, len(list))
	}
	packed := appendWords(make([]uint64, 0, size), b.scalars)
	x.scalars = packed
	for i := range list {
		packed = list[i].pack(packed[len(packed):])
		x.ranges = append(x.ranges, rangeSlot{list[i].slot, int32(len(list[i].ends)), list[i].other, packed})
	}
	x.equalities, x.residuals, x.customs = slices.Clip(x.equalities), slices.Clip(x.residuals), slices.Clip(x.customs)
}
