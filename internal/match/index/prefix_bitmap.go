package index

import (
	"math"
	"slices"
)

// prefixBitmaps divide an interval index at some of its end points into segments. Each has a bitmap of all refs on the
// far side of its point, so that a number contained in a third of a million intervals copies one bitmap and visits only
// the refs between its point and the number. They are added as the index grows, and dropped when refs come that make
// the bitmaps larger than two words a ref.
type prefixBitmaps []prefixBitmap

// prefixBitmap begins a segment. The first one is below all end points.
type prefixBitmap struct {
	end   float64
	bits  []uint64 // refs with end points below end; in an index by upper ends, those from end on; empty for the first
	set   int      // how many bits are set
	count int      // how many refs are in the segment
}

const (
	minSegment     = 64 // refs that are worth a bitmap
	targetSegments = 16 // about as many segments there are
)

// addToPrefixes adds a ref that was added with an end point.
func (x *intervalIndex) addToPrefixes(end float64, ref int32) {
	if x.prefixes == nil {
		x.prefixes = prefixBitmaps{{end: math.Inf(-1)}}
	}
	x.count++
	x.maxRef = max(x.maxRef, ref)
	words := int(x.maxRef)/64 + 1
	if len(x.prefixes)*words > 2*x.count {
		x.prefixes = prefixBitmaps{{end: math.Inf(-1), count: x.count - 1}}
	}
	for i := len(x.prefixes) - 1; i > 0; i-- {
		if p := &x.prefixes[i]; (end >= p.end) == x.byEnd {
			p.add(ref)
		}
	}
	at := x.prefixes.segment(end)
	p := &x.prefixes[at]
	p.count++
	if size := max(minSegment, x.count/targetSegments, words); p.count >= 2*size && p.count%size == 0 {
		x.splitSegment(at)
	}
}

// segment returns the segment of an end point.
func (p prefixBitmaps) segment(end float64) int {
	low, high := 0, len(p)
	for high-low > 1 {
		if middle := (low + high) / 2; p[middle].end <= end {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

func (p *prefixBitmap) add(ref int32) {
	p.set++
	for len(p.bits) <= int(ref)>>6 {
		p.bits = append(p.bits, 0)
	}
	p.bits[ref>>6] |= 1 << (ref & 63)
}

// splitSegment divides a segment at its median.
func (x *intervalIndex) splitSegment(at int) {
	segment, high, next := &x.prefixes[at], math.Inf(1), &prefixBitmap{}
	if at+1 < len(x.prefixes) {
		next = &x.prefixes[at+1]
		high = prevFloat(next.end)
	}
	low := prevFloat(segment.end)
	median, ok := x.median(low, high, segment.count/2)
	if !ok {
		return
	}
	source, after, upTo := segment, low, prevFloat(median)
	if x.byEnd {
		source, after, upTo = next, upTo, high
	}
	added := prefixBitmap{end: median, bits: slices.Clone(source.bits), set: source.set}
	for refs := range x.between(after, upTo) {
		for _, ref := range refs {
			added.add(ref)
		}
	}
	for refs := range x.between(prevFloat(median), high) {
		added.count += len(refs)
	}
	segment.count -= added.count
	x.prefixes = slices.Insert(x.prefixes, at+1, added)
}

// median returns the end point after that many refs above low; false when a segment begins there already.
func (x *intervalIndex) median(low, high float64, skip int) (end float64, ok bool) {
	for at := x.chunkOf(low); at < len(x.chunks); at++ {
		c := &x.chunks[at]
		first, last := c.rank(low), c.rank(high)
		if n := last - first; n <= skip {
			skip -= n
			continue
		}
		end = c.ends[first+skip]
		return end, x.prefixes[x.prefixes.segment(end)].end != end
	}
	return 0, false
}

// prefix returns a bitmap of refs whose intervals contain v, if one has at least that many, and what is left of the
// range (after, upTo] of end points.
func (x *intervalIndex) prefix(v, after, upTo float64, minRefs int) (bits []uint64, newAfter, newUpTo float64) {
	at := x.prefixes.segment(v)
	if x.byEnd {
		at++
	}
	if at <= 0 || at >= len(x.prefixes) || x.prefixes[at].set < minRefs {
		return nil, after, upTo
	}
	p := &x.prefixes[at]
	if x.byEnd {
		return p.bits, after, prevFloat(p.end)
	}
	return p.bits, prevFloat(p.end), upTo
}
