package match

import (
	"iter"
	"math"
	"slices"
)

// bounds are trackers by a number at which their span on a slot begins or ends, sorted: those that a value meets stand
// together. They are kept in chunks, so that one more costs little.
type bounds struct {
	slot  int32
	upper bool // the spans end at the numbers, otherwise they begin there
	// width is what spans that begin at the numbers are shorter than: such a span can hold a value only when it
	// begins less than that below it. Infinite for spans without an end.
	width  float64
	chunks []chunk

	// of trackers that ask for nothing more
	tallies tallies
	count   int
	last    int32
}

type chunk struct {
	numbers []float64
	refs    []int32 // in the order of numbers
}

const chunkSize = 512

// boundsFor are the bounds that a span goes by.
func boundsFor(list []bounds, s *span) ([]bounds, *bounds) {
	width := math.Inf(1)
	if !s.lower() && !s.upper() {
		_, exponent := math.Frexp(s.high - s.low)
		width = math.Ldexp(1, exponent)
	}
	for i := range list {
		if b := &list[i]; b.slot == s.slot && b.upper == s.upper() && b.width == width {
			return list, b
		}
	}
	list = append(list, bounds{slot: s.slot, upper: s.upper(), width: width})
	return list, &list[len(list)-1]
}

// number is what a span goes by.
func (b *bounds) number(s *span) float64 {
	if b.upper {
		return s.high
	}
	return s.low
}

// add takes in the span of ref.
func (b *bounds) add(s *span, ref int32) {
	number := b.number(s)
	if len(b.chunks) == 0 {
		b.chunks = append(b.chunks, chunk{})
	}
	at := b.chunk(number)
	b.chunks[at].add(number, ref)
	if len(b.chunks[at].numbers) >= chunkSize {
		b.chunks = slices.Insert(b.chunks, at+1, b.chunks[at].halve())
	}
}

// chunk is the last one that begins at a number or below it, or else the first.
func (b *bounds) chunk(number float64) int {
	low, high := 0, len(b.chunks)
	for high-low > 1 {
		if middle := (low + high) / 2; b.chunks[middle].numbers[0] <= number {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

func (c *chunk) add(number float64, ref int32) {
	at := c.after(number)
	c.numbers = slices.Insert(c.numbers, at, number)
	c.refs = slices.Insert(c.refs, at, ref)
}

// after counts the numbers up to one, itself included.
func (c *chunk) after(number float64) int {
	low, high := 0, len(c.numbers)
	for low < high {
		if middle := (low + high) / 2; c.numbers[middle] <= number {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

// halve splits the upper half off.
func (c *chunk) halve() chunk {
	half := len(c.numbers) / 2
	upper := chunk{slices.Clone(c.numbers[half:]), slices.Clone(c.refs[half:])}
	c.numbers, c.refs = c.numbers[:half], c.refs[:half]
	return upper
}

// met are the numbers that spans which may hold v go by: from one, without it, to another. All of them do hold it,
// unless the width is finite.
func (b *bounds) met(v float64) (from, to float64) {
	switch {
	case b.upper:
		return v, math.Inf(1)
	case math.IsInf(b.width, 1):
		return math.Inf(-1), v
	}
	return below(v - b.width), v // whichever way the difference was rounded
}

// between are the refs of numbers from one, without it, to another, in parts.
func (b *bounds) between(from, to float64) iter.Seq[[]int32] {
	return func(yield func([]int32) bool) {
		for at := b.chunk(from); at < len(b.chunks); at++ {
			c := &b.chunks[at]
			first, end := c.after(from), c.after(to)
			if first < end && !yield(c.refs[first:end]) || end < len(c.refs) {
				return
			}
		}
	}
}

// meeting are the refs whose spans may hold v, in parts.
func (b *bounds) meeting(v float64) iter.Seq[[]int32] { return b.between(b.met(v)) }
