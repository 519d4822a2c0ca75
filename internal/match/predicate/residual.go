package predicate

import "github.com/dictrack/dictrack/condition"

// Residuals numbers residual predicates: each is evaluated at most once for one message, however many trackers have
// it. The predicates of the set below are among them, under the numbers that they have there.
type Residuals struct {
	base    *Residuals
	offset  int32 // how many those of base are
	list    []residual
	slots   []int32          // of all in list, one after the other
	numbers map[string]int32 // by condition ID; nil while the list is short, which is then searched
}

// residual is a condition and where the slots of its paths are.
type residual struct {
	condition    condition.Condition
	first, count int32 // in slots
}

// NewResiduals returns an empty table that continues the numbers of base, which may be nil.
func NewResiduals(base *Residuals) Residuals {
	if base == nil {
		return Residuals{}
	}
	return Residuals{base: base, offset: base.Len()}
}

// Rebased returns the table over another base, which must have the same predicates.
func (r Residuals) Rebased(base *Residuals) Residuals {
	r.base = base
	return r
}

// Len returns how many predicates have a number, those of the base included.
func (r *Residuals) Len() int32 { return r.offset + int32(len(r.list)) }

// add returns the number of a condition, a new one if it has none.
func (r *Residuals) add(c *condition.Condition, paths *Paths) int32 {
	id := c.ID()
	for level := r; level != nil; level = level.base {
		if number := level.find(id); number >= 0 {
			return number
		}
	}
	number := r.Len()
	one := residual{condition: *c, first: int32(len(r.slots))}
	for path := range c.Paths() {
		r.slots = append(r.slots, paths.Slot(path))
		one.count++
	}
	r.list = append(r.list, one)
	if r.numbers != nil {
		r.numbers[id] = number
	} else if len(r.list) > maxSearched {
		r.buildMap()
	}
	return number
}

// maxSearched is how many conditions are searched without a map.
const maxSearched = 8

func (r *Residuals) buildMap() {
	r.numbers = make(map[string]int32, 2*len(r.list))
	for i := range r.list {
		r.numbers[r.list[i].condition.ID()] = r.offset + int32(i)
	}
}

func (r *Residuals) find(id string) int32 {
	if r.numbers != nil {
		if number, ok := r.numbers[id]; ok {
			return number
		}
		return -1
	}
	for i := range r.list {
		if r.list[i].condition.ID() == id {
			return r.offset + int32(i)
		}
	}
	return -1
}

// at returns the condition with a number and the slots of its paths.
func (r *Residuals) at(number int32) (c *condition.Condition, slots []int32) {
	for number < r.offset {
		r = r.base
	}
	one := &r.list[number-r.offset]
	return &one.condition, r.slots[one.first : one.first+one.count]
}
