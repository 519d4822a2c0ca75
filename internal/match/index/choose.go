package index

import (
	"cmp"
	"slices"

	"github.com/dictrack/dictrack/internal/match/predicate"
)

const (
	maxSlots       = 4    // in a composite key
	maxNodes       = 32   // that a tracker is filed under by a composite key
	freeCompounds  = 64   // combinations of slots that are added whether or not they pay
	minForPair     = 32   // trackers under one scalar that are worth a combination of two slots
	maxCompounds   = 4096 // combinations of slots in all
	unknownCost    = 1 << 30
	costOfCompound = 4 // combinations that cost as much as one tracker more under a scalar
)

// choose picks the equalities that a tracker is filed by, in the order of their slots. A composite key of all its
// scalars is the most selective, but each combination of slots costs every match a lookup: once there are many, a
// tracker is filed under the scalar with the fewest others, or under two scalars when even that one has many.
func (x *Index) choose(equalities []predicate.Equality) []predicate.Equality {
	distinct := distinctSlots(equalities)
	if len(distinct) == 0 {
		return x.cheapestItem(equalities)
	}
	full := x.widest(distinct)
	if len(full) > 0 && x.missing(full) <= max(0, freeCompounds-x.compounds) {
		return full
	}
	one, cost := x.cheapest(distinct)
	if cost > minForPair {
		if two, less := x.cheapestPair(distinct, one); less < cost {
			return two
		}
	}
	return []predicate.Equality{one}
}

// distinctSlots returns the equalities on values, one a slot, in the order of the slots.
func distinctSlots(equalities []predicate.Equality) []predicate.Equality {
	list := make([]predicate.Equality, 0, len(equalities))
	for _, e := range equalities {
		if !e.Item && !slices.ContainsFunc(list, func(o predicate.Equality) bool { return o.Slot == e.Slot }) {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, bySlot)
	return list
}

func bySlot(a, b predicate.Equality) int { return cmp.Compare(a.Slot, b.Slot) }

// cheapestItem returns the equality on an item that the fewest others are filed under, if there is one.
func (x *Index) cheapestItem(equalities []predicate.Equality) []predicate.Equality {
	if len(equalities) == 0 {
		return nil
	}
	one, _ := x.cheapest(equalities)
	return []predicate.Equality{one}
}

// widest returns as many of the equalities as a composite key can have, the rarest first; none when it can have none.
func (x *Index) widest(equalities []predicate.Equality) []predicate.Equality {
	list := slices.Clone(equalities)
	slices.SortStableFunc(list, func(a, b predicate.Equality) int { return cmp.Compare(x.frequency(&a), x.frequency(&b)) })
	nodes, n := 1, 0
	for n < min(len(list), maxSlots) && nodes*len(list[n].Numbers) <= maxNodes {
		nodes *= len(list[n].Numbers)
		n++
	}
	list = list[:n]
	slices.SortFunc(list, bySlot)
	return list
}

// frequency is how many trackers ask for the scalars of e.
func (x *Index) frequency(e *predicate.Equality) int {
	sum := 0
	for _, number := range e.Numbers {
		sum += int(x.uses[number])
	}
	return sum
}

// missing is how many combinations of slots would have to be added for the equalities.
func (x *Index) missing(equalities []predicate.Equality) int {
	p := &x.paths
	for i, e := range equalities {
		next := p.find(e.Slot)
		if next == nil {
			return len(equalities) - max(i, 1) // single slots are looked up anyway
		}
		p = next
	}
	return 0
}

// cheapest returns the equality that leads to the fewest trackers.
func (x *Index) cheapest(equalities []predicate.Equality) (best predicate.Equality, cost int) {
	for i, e := range equalities {
		sum := 0
		for _, number := range e.Numbers {
			if at := x.find(0, number); at != 0 {
				sum += x.cost(at)
			}
		}
		if i == 0 || sum < cost {
			best, cost = e, sum
		}
	}
	return best, cost
}

// cheapestPair returns one together with the equality that leads to the fewest trackers with it.
func (x *Index) cheapestPair(equalities []predicate.Equality, one predicate.Equality) (best []predicate.Equality, cost int) {
	cost = unknownCost
	worth := minForPair + x.compounds/costOfCompound // the more combinations, the more trackers one must be worth
	_, alone := x.cheapest([]predicate.Equality{one})
	for _, other := range equalities {
		if other.Slot == one.Slot || len(one.Numbers)*len(other.Numbers) > maxNodes {
			continue
		}
		pair := []predicate.Equality{one, other}
		slices.SortFunc(pair, bySlot)
		if x.missing(pair) > 0 && (alone < worth || x.compounds >= maxCompounds) {
			continue
		}
		if sum := x.pairCost(pair); sum < cost {
			best, cost = pair, sum
		}
	}
	return best, cost
}

// pairCost is how many trackers two equalities together lead to.
func (x *Index) pairCost(pair []predicate.Equality) int {
	sum := 0
	for _, a := range pair[0].Numbers {
		parent := x.find(0, a)
		if parent == 0 {
			continue
		}
		for _, b := range pair[1].Numbers {
			if at := x.find(parent, b); at != 0 {
				sum += x.cost(at)
			}
		}
	}
	return sum
}
