package index

import (
	"math"

	"github.com/dictrack/dictrack/internal/match/predicate"
)

// filed is what the buckets of an index share.
type filed struct {
	lists   [][]int32 // lists of residual predicates, by the number that packed predicates have
	extents []extent  // by slot
}

func (f *filed) growExtents(slots int) {
	for len(f.extents) < slots {
		f.extents = append(f.extents, extent{math.Inf(1), math.Inf(-1)})
	}
}

// bucket has the trackers that are filed under the same composite key, by what is left of their predicates.
type bucket struct {
	unconditional    []int32         // trackers that ask for nothing else
	intervals        []intervalIndex // trackers that ask for one interval without one of its ends, and nothing else
	withoutIntervals []uint64        // packed predicates of trackers without intervals
	withIntervals    []uint64        // and of trackers with intervals
	count            int             // how many those are

	// access finds the packed predicates with intervals by one interval of each, once they are many.
	access []intervalIndex
}

// minForAccess is how many trackers with intervals are checked one after the other.
const minForAccess = 256

// cost estimates how many trackers a match visits in the bucket.
func (b *bucket) cost() int { return len(b.unconditional) + len(b.withoutIntervals)/2 + b.count }

// add adds a tracker with what is left of its predicates.
func (b *bucket) add(index int32, p *predicate.Predicates, f *filed) {
	other := len(p.Equalities) + len(p.Residual) + len(p.Custom)
	switch {
	case other+len(p.Intervals) == 0:
		b.unconditional = append(b.unconditional, index)
	case len(p.Intervals) == 0:
		b.withoutIntervals = appendPacked(b.withoutIntervals, index, p, &f.lists)
	case other == 0 && len(p.Intervals) == 1 && (!p.Intervals[0].HasLow() || !p.Intervals[0].HasHigh()):
		var one *intervalIndex
		b.intervals, one = findOrAdd(b.intervals, &p.Intervals[0])
		one.add(&p.Intervals[0], index)
		one.addToPrefixes(one.endpoint(&p.Intervals[0]), index)
	default:
		b.addWithIntervals(index, p, f)
	}
}

func (b *bucket) addWithIntervals(index int32, p *predicate.Predicates, f *filed) {
	at := len(b.withIntervals)
	b.withIntervals = appendPacked(b.withIntervals, index, p, &f.lists)
	if b.count++; b.count == minForAccess {
		b.buildAccess(f)
	} else if b.count > minForAccess {
		b.addAccess(at, f)
	}
}

// buildAccess gives every tracker with intervals its access predicate.
func (b *bucket) buildAccess(f *filed) {
	for at := 0; at < len(b.withIntervals); {
		_, more := nextPacked(b.withIntervals[at:])
		b.addAccess(at, f)
		at = len(b.withIntervals) - len(more)
	}
}

// addAccess files the packed predicates at an offset under their most selective interval.
func (b *bucket) addAccess(at int, f *filed) {
	p, _ := nextPacked(b.withIntervals[at:])
	best, lowest := predicate.Interval{}, 2.0
	for _, iv := range p.intervals() {
		if s := f.extents[iv.Slot].selectivity(&iv); s < lowest {
			best, lowest = iv, s
		}
	}
	var one *intervalIndex
	b.access, one = findOrAdd(b.access, &best)
	one.add(&best, int32(at))
}
