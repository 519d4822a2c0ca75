package states

import (
	"math"
	"slices"
)

// Table holds the packed states of many trackers by index. One that is a small whole progress and nothing else, as
// most are, takes four bytes; any other takes a Packed besides. The zero Table is empty. A Table has one owner, and is
// not safe for concurrent use.
type Table struct {
	// words are the progress, or wideBit plus an index in wide, or removedWord.
	words []uint32
	// wide is nil for none, since most groups have none. An index that has an entry keeps it, so that a progress
	// that alternates between the two forms does not allocate; the entry of a removed tracker stays unused.
	wide *[]Packed
}

const (
	wideBit     = 1 << 31 // words below it are a progress
	removedWord = math.MaxUint32
)

// MakeTable returns a Table of n states with a progress of 0.
func MakeTable(n int) Table { return Table{words: make([]uint32, n)} }

// Len is the number of states.
func (t *Table) Len() int { return len(t.words) }

// Grow allocates space for n more states.
func (t *Table) Grow(n int) { t.words = slices.Grow(t.words, n) }

// Append adds a state at the end.
func (t *Table) Append(p Packed) {
	t.words = append(t.words, 0)
	t.Set(len(t.words)-1, p)
}

// Clone returns an independent copy.
func (t *Table) Clone() Table {
	clone := Table{words: slices.Clone(t.words)}
	if t.wide != nil {
		wide := slices.Clone(*t.wide)
		clone.wide = &wide
	}
	return clone
}

// WideCount is the number of states that take 16 bytes besides their four.
func (t *Table) WideCount() int {
	if t.wide == nil {
		return 0
	}
	return len(*t.wide)
}

// At returns the state at an index.
func (t *Table) At(index int) Packed {
	switch word := t.words[index]; {
	case word < wideBit:
		return Packed{coef: uint64(word), head: headPlain, cycle: 1}
	case word == removedWord:
		return RemovedPacked()
	default:
		return (*t.wide)[word-wideBit]
	}
}

// Removed is At(index).Removed().
func (t *Table) Removed(index int) bool {
	word := t.words[index]
	return word >= wideBit && (word == removedWord || (*t.wide)[word-wideBit].Removed())
}

// HasOverflow is At(index).HasOverflow().
func (t *Table) HasOverflow(index int) bool {
	word := t.words[index]
	return word >= wideBit && word != removedWord && (*t.wide)[word-wideBit].HasOverflow()
}

// Set stores a state at an index.
func (t *Table) Set(index int, p Packed) {
	word := &t.words[index]
	switch {
	case p == RemovedPacked():
		*word = removedWord
	case *word >= wideBit && *word != removedWord:
		(*t.wide)[*word-wideBit] = p
	case p.small():
		*word = uint32(p.coef) // #nosec G115 -- it is small
	default:
		*word = t.appendWide(p)
	}
}

// appendWide adds an entry for p and returns the word that refers to it.
func (t *Table) appendWide(p Packed) (word uint32) {
	if t.wide == nil {
		t.wide = new([]Packed)
	}
	word = wideBit + uint32(len(*t.wide)) // #nosec G115 -- there are fewer than 2^31
	*t.wide = append(*t.wide, p)
	return word
}
