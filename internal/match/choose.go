package match

import (
	"cmp"
	"slices"
)

const (
	mostLegs  = 4    // that a way has
	mostNodes = 32   // that a tracker is filed under when it goes by several legs
	mostWays  = 64   // of several slots that are opened without need
	crowd     = 32   // trackers at one scalar that are worth a way of two
	mostPairs = 4096 // ways of several slots in all
)

// way picks the legs that a tracker is filed by, in the order of their slots. All of its scalars together find it best,
// but every way costs each data a look: once there are many, a tracker goes by the scalar that leads to the fewest
// others, or by two when even there it is crowded.
func (x *index) way(p *split) []leg {
	legs := distinct(p.legs)
	if len(legs) == 0 {
		return x.leastItem(p.legs)
	}
	full := x.several(legs)
	if len(full) > 0 && x.missing(full) <= max(0, mostWays-x.waysFull) {
		return full
	}
	one, load := x.least(legs)
	if load > crowd {
		if two, less := x.pair(legs, one); less < load {
			return two
		}
	}
	return []leg{one}
}

// distinct are the legs that are no items, one a slot, in the order of the slots.
func distinct(legs []leg) []leg {
	list := make([]leg, 0, len(legs))
	for _, l := range legs {
		if !l.item && !slices.ContainsFunc(list, func(o leg) bool { return o.slot == l.slot }) {
			list = append(list, l)
		}
	}
	slices.SortFunc(list, bySlot)
	return list
}

func bySlot(a, b leg) int { return cmp.Compare(a.slot, b.slot) }

// leastItem is the item that the fewest others are filed under, if there is one.
func (x *index) leastItem(legs []leg) []leg {
	if len(legs) == 0 {
		return nil
	}
	one, _ := x.least(legs)
	return []leg{one}
}

// several are as many of the legs as go together, the rarest first; none when that is not one.
func (x *index) several(legs []leg) []leg {
	legs = slices.Clone(legs)
	slices.SortStableFunc(legs, func(a, b leg) int { return cmp.Compare(x.rarity(&a), x.rarity(&b)) })
	nodes, n := 1, 0
	for n < min(len(legs), mostLegs) && nodes*len(legs[n].ids) <= mostNodes {
		nodes *= len(legs[n].ids)
		n++
	}
	legs = legs[:n]
	slices.SortFunc(legs, bySlot)
	return legs
}

// rarity is how many trackers ask for what the leg does.
func (x *index) rarity(l *leg) int {
	sum := 0
	for _, id := range l.ids {
		sum += int(x.uses[id])
	}
	return sum
}

// missing is how many ways would have to be opened for the legs.
func (x *index) missing(legs []leg) int {
	w := &x.ways
	for i, l := range legs {
		next := w.find(l.slot)
		if next == nil {
			return len(legs) - max(i, 1) // ways of one slot are always there
		}
		w = next
	}
	return 0
}

// least is the leg that leads to the fewest trackers.
func (x *index) least(legs []leg) (best leg, load int) {
	for i, l := range legs {
		sum := 0
		for _, id := range l.ids {
			if at := x.find(0, id); at != 0 {
				sum += x.load(at)
			}
		}
		if i == 0 || sum < load {
			best, load = l, sum
		}
	}
	return best, load
}

// pair is the leg together with the one that leads to the fewest trackers with it.
func (x *index) pair(legs []leg, one leg) (best []leg, load int) {
	load = 1 << 30
	crowded := crowd + x.waysFull/4 // the more ways, the more trackers one must be worth
	_, alone := x.least([]leg{one})
	for _, other := range legs {
		if other.slot == one.slot || len(one.ids)*len(other.ids) > mostNodes {
			continue
		}
		two := []leg{one, other}
		slices.SortFunc(two, bySlot)
		if x.missing(two) > 0 && (alone < crowded || x.waysFull >= mostPairs) {
			continue
		}
		if sum := x.loadOf(two); sum < load {
			best, load = two, sum
		}
	}
	return best, load
}

// loadOf is the load of two legs together.
func (x *index) loadOf(two []leg) int {
	sum := 0
	for _, a := range two[0].ids {
		parent := x.find(0, a)
		if parent == 0 {
			continue
		}
		for _, b := range two[1].ids {
			if at := x.find(parent, b); at != 0 {
				sum += x.load(at)
			}
		}
	}
	return sum
}
