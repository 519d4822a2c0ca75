package match

import (
	"cmp"
	"slices"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/value"
)

// bounds holds trackers that ask for a value beyond a number: those that match stand together, so one
// search finds them all.
type bounds struct {
	slot     int32
	op       condition.Op
	numbers  []float64 // sorted
	trackers []int32   // in the order of numbers
}

// exactInt is the magnitude up to which every whole number is a float64.
const exactInt = 1 << 53

// addBound takes in a tracker whose one condition is a bound that a float64 holds exactly.
func (b *bucket) addBound(i int32, j *judged) bool {
	number, ok := boundOf(j.condition)
	if !ok {
		return false
	}
	op := j.condition.Op()
	at := slices.IndexFunc(b.bounds, func(x bounds) bool { return x.slot == j.slot && x.op == op })
	if at < 0 {
		at = len(b.bounds)
		b.bounds = append(b.bounds, bounds{slot: j.slot, op: op})
	}
	x := &b.bounds[at]
	x.numbers = append(x.numbers, number)
	x.trackers = append(x.trackers, i)
	return true
}

func boundOf(c *condition.Condition) (float64, bool) {
	switch c.Op() {
	case condition.OpLt, condition.OpLe, condition.OpGt, condition.OpGe:
	default:
		return 0, false
	}
	v := c.Operand()
	return exactFloat(&v)
}

// exactFloat is the number as a float64, if it is one exactly.
func exactFloat(v *value.Value) (float64, bool) {
	switch v.Kind() {
	case value.Float:
		return v.Float(), true
	case value.Int:
		n := v.Int()
		return float64(n), -exactInt <= n && n <= exactInt
	}
	return 0, false
}

func (b *bucket) sortBounds() {
	for i := range b.bounds {
		b.bounds[i].sort()
	}
}

func (b *bounds) sort() {
	order := make([]int, len(b.numbers))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(b.numbers[x], b.numbers[y]) })
	numbers, trackers := make([]float64, len(order)), make([]int32, len(order))
	for to, from := range order {
		numbers[to], trackers[to] = b.numbers[from], b.trackers[from]
	}
	b.numbers, b.trackers = numbers, trackers
}

// matching are the trackers whose bound v is beyond.
func (b *bounds) matching(v *value.Value) []int32 {
	if !v.IsNumber() {
		return nil
	}
	below, upTo := b.search(v)
	switch b.op {
	case condition.OpGe: // number <= v
		return b.trackers[:upTo]
	case condition.OpGt: // number < v
		return b.trackers[:below]
	case condition.OpLe: // number >= v
		return b.trackers[below:]
	}
	return b.trackers[upTo:] // number > v
}

// search counts the numbers below v, and those up to it.
func (b *bounds) search(v *value.Value) (below, upTo int) {
	f, exact := exactFloat(v)
	if !exact { // a whole number beyond 2^53: no bound equals it, since an operand of that kind is none
		below, _ = slices.BinarySearchFunc(b.numbers, v, func(n float64, v *value.Value) int {
			number := value.OfFloat(n)
			order, _ := value.Compare(&number, v)
			return order
		})
		return below, below
	}
	below, _ = slices.BinarySearch(b.numbers, f)
	for upTo = below; upTo < len(b.numbers) && b.numbers[upTo] == f; {
		upTo++
	}
	return below, upTo
}
