package bitmap

import (
	"math"
	"slices"

	"github.com/dictrack/dictrack/internal/match/predicate"
)

// regions become a rangeSlot.
type regions struct {
	slot    int32
	other   bitmap
	ends    []float64
	bitmaps []bitmap
}

// addEnds adds the ends of an interval of tracker i.
func (r *regions) addEnds(i int, iv predicate.Interval) {
	r.other.clear(i)
	for _, end := range []float64{iv.Low, iv.High} {
		if !math.IsInf(end, 0) {
			r.ends = append(r.ends, end)
		}
	}
}

// fill sorts the ends and builds the bitmap of each region from the intervals of all trackers.
func (r *regions) fill(intervals [][]predicate.Interval) {
	slices.Sort(r.ends)
	r.ends = slices.Compact(r.ends)
	r.bitmaps = make([]bitmap, len(r.ends)+1)
	for n := range r.bitmaps {
		r.bitmaps[n] = r.other
	}
	for i := range intervals {
		for _, iv := range intervals[i] {
			if iv.Slot == r.slot {
				r.add(i, iv)
			}
		}
	}
}

// add adds tracker i to the regions in its interval.
func (r *regions) add(i int, iv predicate.Interval) {
	first, found := slices.BinarySearch(r.ends, iv.Low)
	if found {
		first++
	}
	for n := first; n < len(r.bitmaps) && (n == 0 || r.ends[n-1] < iv.High); n++ {
		r.bitmaps[n].set(i)
	}
}

// pack appends the words of a rangeSlot.
func (r *regions) pack(dst []uint64) []uint64 {
	for _, end := range r.ends {
		dst = append(dst, math.Float64bits(end))
	}
	return appendWords(dst, r.bitmaps)
}

func appendWords(dst []uint64, list []bitmap) []uint64 {
	for i := range list {
		dst = append(dst, list[i][:]...)
	}
	return dst
}
