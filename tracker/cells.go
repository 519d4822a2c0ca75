package tracker

import (
	"math"
	"slices"

	"github.com/dictrack/dictrack/decimal"
)

// Cells are the cells of many trackers, by place: four bytes for a tracker of which nothing but a small whole progress
// counts, as for most, and a Cell beside for any other. The zero Cells have no places. Whoever owns them is the only one
// to use them.
type Cells struct {
	// words are the progress, or where the Cell is: beside + its number.
	words []uint32
	// full are the Cells, nil for none: what most groups do not have takes little in them. A place that has one keeps it,
	// so that a progress that goes to and fro between the two kinds costs nothing; that of a tracker that was removed
	// stays behind.
	full *[]Cell
}

const (
	beside      = 1 << 31 // words below it are a progress
	removedWord = math.MaxUint32
)

// MakeCells are n cells, each of a progress of 0.
func MakeCells(n int) Cells { return Cells{words: make([]uint32, n)} }

// Len is the number of places.
func (c *Cells) Len() int { return len(c.words) }

// Grow makes room for n more places.
func (c *Cells) Grow(n int) { c.words = slices.Grow(c.words, n) }

// Append adds a place at the end.
func (c *Cells) Append(cell Cell) {
	c.words = append(c.words, 0)
	c.Set(len(c.words)-1, cell)
}

// Clone are cells like these; the two do not change each other.
func (c *Cells) Clone() Cells {
	clone := Cells{words: slices.Clone(c.words)}
	if c.full != nil {
		full := slices.Clone(*c.full)
		clone.full = &full
	}
	return clone
}

// Full is how many cells take 16 bytes besides their four.
func (c *Cells) Full() int {
	if c.full == nil {
		return 0
	}
	return len(*c.full)
}

// At is the cell at a place.
func (c *Cells) At(place int) Cell {
	switch word := c.words[place]; {
	case word < beside:
		return Cell{coef: uint64(word), head: cellPlain, cycle: 1}
	case word == removedWord:
		return RemovedCell()
	default:
		return (*c.full)[word-beside]
	}
}

// Removed is that of the cell at a place.
func (c *Cells) Removed(place int) bool {
	word := c.words[place]
	return word >= beside && (word == removedWord || (*c.full)[word-beside].Removed())
}

// Beside is that of the cell at a place.
func (c *Cells) Beside(place int) bool {
	word := c.words[place]
	return word >= beside && word != removedWord && (*c.full)[word-beside].Beside()
}

// Set puts a cell at a place.
func (c *Cells) Set(place int, cell Cell) {
	word := &c.words[place]
	switch {
	case cell == RemovedCell():
		*word = removedWord
	case *word >= beside && *word != removedWord:
		(*c.full)[*word-beside] = cell
	case cell.small():
		*word = uint32(cell.coef) // #nosec G115 -- it is small
	default:
		*word = c.appendFull(cell)
	}
}

// appendFull is the word of a cell, which gets a place of its own.
func (c *Cells) appendFull(cell Cell) (word uint32) {
	if c.full == nil {
		c.full = new([]Cell)
	}
	word = beside + uint32(len(*c.full)) // #nosec G115 -- they are fewer than 2^31
	*c.full = append(*c.full, cell)
	return word
}

// plain tells whether nothing but a whole progress from 0 counts of c.
func (c Cell) plain() bool { return c.head == cellPlain && c.cycle == 1 }

// small tells whether a word does for c.
func (c Cell) small() bool { return c.plain() && c.coef < beside }

// ReadPlain reads states of which nothing but the progress counts into the cells of places from one on, up to another or
// to the first of which more does; it returns the bytes after them, and how many they are. Old are states of the same
// trackers: where something was beside one, or it was removed, ReadState has to be asked. It is ReadState at a fraction
// of its price, for the many.
func (c *Cells) ReadPlain(src []byte, from, to int, old *Cells) (rest []byte, n int) {
	for place := from; place < to; place++ {
		if len(src) == 0 || src[0] != 0 || old.Beside(place) || old.Removed(place) {
			return src, place - from
		}
		progress, rest, ok := decimal.ReadBinary(src[1:])
		if !ok {
			return src, place - from
		}
		coef, exp, neg := progress.Parts()
		cell := Cell{coef: coef, head: uint32(uint16(exp))<<16 | cellPlain, cycle: 1}
		cell.flag(neg, cellNegative)
		c.Set(place, cell)
		src = rest
	}
	return src, to - from
}

// AppendPlain writes what AppendState writes of the states at places from one on, up to another or to the first of which
// more counts than a progress that is a whole number from 0; it returns how many those are. It is AppendState at a fifth
// of its price, for the many.
func (c *Cells) AppendPlain(dst []byte, from, to int) ([]byte, int) {
	for n, word := range c.words[from:to] {
		if word < decimal.ShortLimit { // most
			first, second, size := decimal.EncodeShort(word)
			dst = append(dst, 0, first, second)[:len(dst)+1+size]
			continue
		}
		coef := uint64(word)
		if word >= beside {
			cell := c.At(from + n)
			if !cell.plain() {
				return dst, n
			}
			coef = cell.coef
		}
		dst = decimal.FromParts(coef, 0, false).AppendBinary(append(dst, 0))
	}
	return dst, to - from
}
