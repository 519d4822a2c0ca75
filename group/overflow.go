package group

import (
	"slices"

	"github.com/dictrack/dictrack/internal/states"
)

// overflowTable are what does not fit the cells of some trackers: the states of limiters, expiries. The nil asides are empty.
type overflowTable struct {
	indexes []int32 // in order
	entries []states.Overflow
}

// search is where a place stands, or would.
func (a *overflowTable) search(place int32) (at int, there bool) {
	if at = int(place); at >= 0 && at < len(a.indexes) && a.indexes[at] == place { // all trackers have one
		return at, true
	}
	if n := len(a.indexes); n == 0 || a.indexes[n-1] < place { // trackers are added in order
		return n, false
	}
	return slices.BinarySearch(a.indexes, place)
}

// get is what stands aside for a place, empty for nothing.
func (a *overflowTable) get(place int32) states.Overflow {
	if a == nil {
		return states.Overflow{}
	}
	if at, there := a.search(place); there {
		return a.entries[at]
	}
	return states.Overflow{}
}

func (a *overflowTable) set(place int32, e states.Overflow) {
	at, there := a.search(place)
	switch {
	case there:
		a.entries[at] = e
	case !e.Empty():
		a.indexes = slices.Insert(a.indexes, at, place)
		a.entries = slices.Insert(a.entries, at, e)
	}
}

// next is the first place behind one for which something stands aside, none behind all trackers.
func (a *overflowTable) next(place int32) int32 {
	if a == nil {
		return noIndex
	}
	at, there := a.search(place)
	if there {
		at++
	}
	for ; at < len(a.indexes); at++ {
		if !a.entries[at].Empty() {
			return a.indexes[at]
		}
	}
	return noIndex
}

// noIndex is a place behind all.
const noIndex = 1<<31 - 1
