package match

import (
	"math"
	"slices"
)

// tallies are places in the order of bounds, at which all refs on the far side of them are at hand as bits: a value that
// meets a third of a million trackers joins what one of them has, and looks at the refs up to it alone. They are made as
// bounds grow, and given up when refs come that make their bits more than two words a ref.
type tallies []tally

// tally divides bounds at a number. The first one is below all numbers.
type tally struct {
	number float64
	bits   []uint64 // of refs before number; of upper bounds, of those from number on; of the first one, nothing
	set    int      // how many those are
	count  int      // refs from number on, up to the next tally
}

const (
	leastTally = 64 // refs that are worth a tally
	mostTally  = 16 // about as many tallies there are
)

// tally takes in a ref that was added at a number.
func (b *bounds) tally(number float64, ref int32) {
	if b.tallies == nil {
		b.tallies = tallies{{number: math.Inf(-1)}}
	}
	b.count++
	b.last = max(b.last, ref)
	words := int(b.last)/64 + 1
	if len(b.tallies)*words > 2*b.count {
		b.tallies = tallies{{number: math.Inf(-1), count: b.count - 1}}
	}
	for i := len(b.tallies) - 1; i > 0; i-- {
		if t := &b.tallies[i]; (number >= t.number) == b.upper {
			t.add(ref)
		}
	}
	at := b.tallies.at(number)
	t := &b.tallies[at]
	t.count++
	if least := max(leastTally, b.count/mostTally, words); t.count >= 2*least && t.count%least == 0 {
		b.divide(at)
	}
}

// at is the last tally up to a number.
func (t tallies) at(number float64) int {
	low, high := 0, len(t)
	for high-low > 1 {
		if middle := (low + high) / 2; t[middle].number <= number {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}

func (t *tally) add(ref int32) {
	t.set++
	for len(t.bits) <= int(ref)>>6 {
		t.bits = append(t.bits, 0)
	}
	t.bits[ref>>6] |= 1 << (ref & 63)
}

// divide puts a tally in the middle of the refs that belong to another.
func (b *bounds) divide(at int) {
	from, high, far := &b.tallies[at], math.Inf(1), &tally{}
	if at+1 < len(b.tallies) {
		far = &b.tallies[at+1]
		high = below(far.number)
	}
	low := below(from.number)
	middle, ok := b.middle(low, high, from.count/2)
	if !ok {
		return
	}
	near, begin, end := from, low, below(middle)
	if b.upper {
		near, begin, end = far, end, high
	}
	next := tally{number: middle, bits: slices.Clone(near.bits), set: near.set}
	for refs := range b.between(begin, end) {
		for _, ref := range refs {
			next.add(ref)
		}
	}
	for refs := range b.between(below(middle), high) {
		next.count += len(refs)
	}
	from.count -= next.count
	b.tallies = slices.Insert(b.tallies, at+1, next)
}

// middle is about the number of that many refs after low; false when a tally is there already.
func (b *bounds) middle(low, high float64, many int) (number float64, ok bool) {
	for at := b.chunk(low); at < len(b.chunks); at++ {
		c := &b.chunks[at]
		first, end := c.after(low), c.after(high)
		if n := end - first; n <= many {
			many -= n
			continue
		}
		number = c.numbers[first+many]
		return number, b.tallies[b.tallies.at(number)].number != number
	}
	return 0, false
}

// below is the next number before another.
func below(number float64) float64 { return math.Nextafter(number, math.Inf(-1)) }

// far are the bits of the refs that v meets beyond a tally, if they are at least that many, and what is left of the numbers
// from one, without it, to another.
func (b *bounds) far(v, from, to float64, least int) (bits []uint64, newFrom, newTo float64) {
	at := b.tallies.at(v)
	if b.upper {
		at++
	}
	if at <= 0 || at >= len(b.tallies) || b.tallies[at].set < least {
		return nil, from, to
	}
	t := &b.tallies[at]
	if b.upper {
		return t.bits, from, below(t.number)
	}
	return t.bits, below(t.number), to
}

// bounds takes the trackers that a value meets as hits.
func (x *Scratch) bounds(b *bounds, v float64) {
	from, to := b.met(v)
	bits, from, to := b.far(v, from, to, x.words()/8) // as in hits
	if len(bits) > 0 {
		marks := x.mark()
		for i, word := range bits {
			marks[i] |= word
		}
	}
	for refs := range b.between(from, to) {
		x.hits(refs)
	}
}
