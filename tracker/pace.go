package tracker

import "slices"

// Pace is the little that most steps need of a definition.
type Pace struct {
	// Limit is its Quick or less; with 0 a step is always more than to add.
	Limit uint64
	// Amount says which of the amounts of the data is added.
	Amount uint32
}

// Pacing says how the trackers at places from From on step.
type Pacing struct {
	From  int32
	Of    []uint16 // the numbers of their paces
	Known []Pace   // by number
}

// Moved is what a call did to a tracker: its place and, of a step that Advance made, what the word there is then.
type Moved uint64

// Place is where the tracker is.
func (m Moved) Place() int32 { return int32(m >> 32) } // #nosec G115 -- it was one

// Elsewhere is a Moved that says nothing but the place.
func Elsewhere(place int32) Moved { return movedTo(uint32(place), beside) } // #nosec G115 -- a place is not negative

// Small is the cell after the step, unless that has to be looked up.
func (m Moved) Small() (cell Cell, ok bool) {
	return Cell{coef: uint64(uint32(m)), head: cellPlain, cycle: 1}, uint32(m) < beside
}

// Advance steps trackers in their first stage, as long as to add is all there is to a step: the progress stays below the
// limit. Amounts are the numbers of the data, each at most 1<<63, which no step adds. It appends to moved what it did for
// each; the first place that it did not append is to be stepped otherwise.
func (c *Cells) Advance(places []int32, by *Pacing, amounts []uint64, moved []Moved) []Moved {
	at := len(moved)
	moved = slices.Grow(moved, len(places))[:at+len(places)]
	for {
		n := by.advance(c.words, places, amounts, moved[at:])
		if at += n; n == len(places) || !c.advanceFull(places[n], by, amounts) {
			return moved[:at]
		}
		moved[at] = movedTo(uint32(places[n]), uint64(c.words[places[n]]))
		at, places = at+1, places[n+1:]
	}
}

func movedTo(place uint32, word uint64) Moved { return Moved(uint64(place)<<32 | word) }

// fewPaces are as many as can be worked out beforehand.
const fewPaces = 16

// advance is Advance up to the first place that a word does not do for.
func (p *Pacing) advance(words []uint32, places []int32, amounts []uint64, moved []Moved) int {
	if len(p.Known) <= min(fewPaces, len(places)) {
		return p.advanceFew(words, places, amounts, moved)
	}
	of, known, from := p.Of, p.Known, uint32(p.From)
	words, moved = words[from:][:len(of)], moved[:len(places)]
	for n, place := range places {
		at := uint32(place) - from
		pace := &known[of[at]]
		next := uint64(words[at]) + amounts[pace.Amount]
		if next >= min(pace.Limit, beside) {
			return n
		}
		words[at] = uint32(next)
		moved[n] = movedTo(uint32(place), next)
	}
	return len(places)
}

// advanceFew is advance where there are few paces: what each of them adds is looked up once. It is most of what a further
// matching tracker costs.
func (p *Pacing) advanceFew(words []uint32, places []int32, amounts []uint64, moved []Moved) int {
	var adds, limits [fewPaces]uint64
	for n := range p.Known {
		adds[n%fewPaces], limits[n%fewPaces] = amounts[p.Known[n].Amount], min(p.Known[n].Limit, beside)
	}
	of, from := p.Of, uint32(p.From)
	words, moved = words[from:][:len(of)], moved[:len(places)]
	for n, place := range places {
		at := uint32(place) - from
		pace := of[at] % fewPaces // so that the compiler knows
		next := uint64(words[at]) + adds[pace]
		if next >= limits[pace] {
			return n
		}
		words[at] = uint32(next)
		moved[n] = movedTo(uint32(place), next)
	}
	return len(places)
}

// advanceFull is Advance of one place that has a full cell, or gets one since a word does not do any more.
func (c *Cells) advanceFull(place int32, by *Pacing, amounts []uint64) bool {
	word := c.words[place]
	pace := &by.Known[by.Of[place-by.From]]
	amount := amounts[pace.Amount]
	switch {
	case word == removedWord:
		return false
	case word < beside:
		next := uint64(word) + amount
		if next >= pace.Limit {
			return false
		}
		c.words[place] = c.appendFull(Cell{coef: next, head: cellPlain, cycle: 1})
		return true
	}
	cell := &(*c.full)[word-beside]
	next := cell.coef + amount
	if cell.head != cellPlain || cell.coef >= pace.Limit || next >= pace.Limit {
		return false
	}
	cell.coef = next
	return true
}
