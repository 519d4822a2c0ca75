package index

import (
	"iter"
	"math"
	"slices"

	"github.com/dictrack/dictrack/internal/match/predicate"
)

// intervalIndex answers stabbing queries: which intervals on a slot contain a number. Intervals are sorted by one of
// their end points, so that the candidates for a number stand together. They are stored in chunks, so that an insertion
// moves few of them.
type intervalIndex struct {
	slot  int32
	byEnd bool // sorted by the upper ends, otherwise by the lower ones
	// width is a bound on the length of the intervals: one that contains a number begins less than width below it.
	// Infinite for intervals without one of the ends.
	width  float64
	chunks []chunk

	// Only for intervals that are all a tracker asks for.
	prefixes prefixBitmaps
	count    int
	maxRef   int32
}

// chunk is a run of intervals, by end point in ascending order.
type chunk struct {
	ends []float64
	refs []int32 // what the intervals belong to
}

const maxChunk = 512

// findOrAdd returns the index that an interval belongs to, and list with it: one for each slot, end and power of two
// that bounds the length.
func findOrAdd(list []intervalIndex, iv *predicate.Interval) ([]intervalIndex, *intervalIndex) {
	width, byEnd := math.Inf(1), !iv.HasLow()
	if iv.HasLow() && iv.HasHigh() {
		_, exponent := math.Frexp(iv.High - iv.Low)
		width = math.Ldexp(1, exponent)
	}
	for i := range list {
		if x := &list[i]; x.slot == iv.Slot && x.byEnd == byEnd && x.width == width {
			return list, x
		}
	}
	list = append(list, intervalIndex{slot: iv.Slot, byEnd: byEnd, width: width})
	return list, &list[len(list)-1]
}

// endpoint is the end that an interval is sorted by.
func (x *intervalIndex) endpoint(iv *predicate.Interval) float64 {
	if x.byEnd {
		return iv.High
	}
	return iv.Low
}

// add adds the interval of ref.
func (x *intervalIndex) add(iv *predicate.Interval, ref int32) {
	end := x.endpoint(iv)
	if len(x.chunks) == 0 {
		x.chunks = append(x.chunks, chunk{})
	}
	at := x.chunkOf(end)
	x.chunks[at].add(end, ref)
	if len(x.chunks[at].ends) >= maxChunk {
		x.chunks = slices.Insert(x.chunks, at+1, x.chunks[at].split())
	}
}

// chunkOf returns the last chunk that begins at end or below it, or else the first.
func (x *intervalIndex) chunkOf(end float64) int {
	low, high := 0, len(x.chunks)
	for high-low > 1 {
		if middle := (low + high) / 2; x.chunks[middle].ends[0] <= end {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

func (c *chunk) add(end float64, ref int32) {
	at := c.rank(end)
	c.ends = slices.Insert(c.ends, at, end)
	c.refs = slices.Insert(c.refs, at, ref)
}

// rank counts the end points up to and including end.
func (c *chunk) rank(end float64) int {
	low, high := 0, len(c.ends)
	for low < high {
		if middle := (low + high) / 2; c.ends[middle] <= end {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// split moves the upper half to a new chunk.
func (c *chunk) split() chunk {
	half := len(c.ends) / 2
	upper := chunk{slices.Clone(c.ends[half:]), slices.Clone(c.refs[half:])}
	c.ends, c.refs = c.ends[:half], c.refs[:half]
	return upper
}

// candidateRange returns the range (after, upTo] of end points that intervals which contain v have. All intervals with
// such an end point do contain v, unless the width is finite.
func (x *intervalIndex) candidateRange(v float64) (after, upTo float64) {
	switch {
	case x.byEnd:
		return v, math.Inf(1)
	case math.IsInf(x.width, 1):
		return math.Inf(-1), v
	}
	return prevFloat(v - x.width), v // whichever way the difference was rounded
}

// between yields the refs of the intervals with end points in (after, upTo], in runs.
func (x *intervalIndex) between(after, upTo float64) iter.Seq[[]int32] {
	return func(yield func([]int32) bool) {
		for at := x.chunkOf(after); at < len(x.chunks); at++ {
			c := &x.chunks[at]
			first, end := c.rank(after), c.rank(upTo)
			if first < end && !yield(c.refs[first:end]) || end < len(c.refs) {
				return
			}
		}
	}
}

// candidates yields the refs of the intervals that may contain v, in runs.
func (x *intervalIndex) candidates(v float64) iter.Seq[[]int32] {
	return x.between(x.candidateRange(v))
}

// prevFloat is the next smaller number.
func prevFloat(n float64) float64 { return math.Nextafter(n, math.Inf(-1)) }
