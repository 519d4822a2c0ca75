package group

import (
	"slices"

	"github.com/dictrack/dictrack/internal/states"
)

// asides are what does not fit the cells of some trackers: the states of limiters, expiries. The nil asides are empty.
type asides struct {
	places []int32 // in order
	extras []states.Overflow
}

// seek is where a place stands, or would.
func (a *asides) seek(place int32) (at int, there bool) {
	if at = int(place); at >= 0 && at < len(a.places) && a.places[at] == place { // all trackers have one
		return at, true
	}
	if n := len(a.places); n == 0 || a.places[n-1] < place { // trackers are added in order
		return n, false
	}
	return slices.BinarySearch(a.places, place)
}

// of is what stands aside for a place, empty for nothing.
func (a *asides) of(place int32) states.Overflow {
	if a == nil {
		return states.Overflow{}
	}
	if at, there := a.seek(place); there {
		return a.extras[at]
	}
	return states.Overflow{}
}

func (a *asides) set(place int32, e states.Overflow) {
	at, there := a.seek(place)
	switch {
	case there:
		a.extras[at] = e
	case !e.Empty():
		a.places = slices.Insert(a.places, at, place)
		a.extras = slices.Insert(a.extras, at, e)
	}
}

// after is the first place behind one for which something stands aside, none behind all trackers.
func (a *asides) after(place int32) int32 {
	if a == nil {
		return none
	}
	at, there := a.seek(place)
	if there {
		at++
	}
	for ; at < len(a.places); at++ {
		if !a.extras[at].Empty() {
			return a.places[at]
		}
	}
	return none
}

// none is a place behind all.
const none = 1<<31 - 1
