package group

import (
	"math"
	"slices"

	"github.com/dictrack/dictrack/internal/states"
)

// overflowTable is a sparse table of what does not fit in packed states: states of limiters, expiries. The nil table is
// empty.
type overflowTable struct {
	indexes []int32 // ascending
	entries []states.Overflow
}

// noIndex is greater than the index of any tracker.
const noIndex = math.MaxInt32

// search returns the position of an index, or the position to insert it at.
func (t *overflowTable) search(index int32) (at int, found bool) {
	if at = int(index); at >= 0 && at < len(t.indexes) && t.indexes[at] == index { // every tracker has an entry
		return at, true
	}
	if n := len(t.indexes); n == 0 || t.indexes[n-1] < index { // trackers are added in order
		return n, false
	}
	return slices.BinarySearch(t.indexes, index)
}

// get returns the entry of an index, the empty Overflow when there is none.
func (t *overflowTable) get(index int32) states.Overflow {
	if t == nil {
		return states.Overflow{}
	}
	if at, found := t.search(index); found {
		return t.entries[at]
	}
	return states.Overflow{}
}

func (t *overflowTable) set(index int32, o states.Overflow) {
	at, found := t.search(index)
	switch {
	case found:
		t.entries[at] = o
	case !o.Empty():
		t.indexes = slices.Insert(t.indexes, at, index)
		t.entries = slices.Insert(t.entries, at, o)
	}
}

// next returns the first index greater than the given one that has an entry which is not empty; noIndex if there is
// none.
func (t *overflowTable) next(index int32) int32 {
	if t == nil {
		return noIndex
	}
	at, found := t.search(index)
	if found {
		at++
	}
	for ; at < len(t.indexes); at++ {
		if !t.entries[at].Empty() {
			return t.indexes[at]
		}
	}
	return noIndex
}

func (t *overflowTable) clone() *overflowTable {
	if t == nil {
		return nil
	}
	return &overflowTable{slices.Clone(t.indexes), slices.Clone(t.entries)}
}
