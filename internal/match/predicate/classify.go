package predicate

import (
	"slices"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// MaxPerKind is how many equalities or intervals one tracker can have; further conditions become residual predicates.
const MaxPerKind = 255

// Predicates are what a tracker asks for, by how an index can find it. All of them must hold.
type Predicates struct {
	Equalities []Equality
	Intervals  []Interval // at most one a slot
	Residual   []int32    // numbers in the table of residuals
	Custom     []int32    // the same for conditions that use a registered kind; evaluated last, in this order
	// Unsatisfiable says that no data can match.
	Unsatisfiable bool
}

// Equality is a condition that holds when the value at a slot is one of a few scalars.
type Equality struct {
	Condition condition.Condition
	Slot      int32
	Item      bool    // an item of the list at the slot must be one of the scalars, not the value itself
	Numbers   []int32 // the scalars' numbers in the dictionary
}

// Classifier classifies the conditions of trackers. It adds what it finds to the dictionary and to the table of
// residuals.
type Classifier struct {
	Paths      *Paths
	Dictionary *Dictionary
	Residuals  *Residuals
	// MaxScalars is how many scalars an equality may name; a condition with more becomes a residual predicate.
	MaxScalars int
	// Items makes equalities of conditions on the items of a list; otherwise they become residual predicates.
	Items bool

	// Predicates are those of the last call of Classify. The next call overwrites them.
	Predicates
	conjuncts []condition.Condition
}

// Classify classifies the conditions of d into c.Predicates.
func (c *Classifier) Classify(d *tracker.Definition) {
	c.Predicates = Predicates{
		Equalities: c.Equalities[:0], Intervals: c.Intervals[:0], Residual: c.Residual[:0], Custom: c.Custom[:0],
	}
	c.conjuncts = c.conjuncts[:0]
	for _, one := range d.Where() {
		c.collect(one)
	}
	for i := range c.conjuncts {
		c.classify(&c.conjuncts[i])
	}
}

// collect appends the distinct conjuncts of a condition.
func (c *Classifier) collect(one condition.Condition) {
	if parts := one.Conjuncts(); parts != nil {
		for _, part := range parts {
			c.collect(part)
		}
		return
	}
	id := one.ID()
	if !slices.ContainsFunc(c.conjuncts, func(other condition.Condition) bool { return other.ID() == id }) {
		c.conjuncts = append(c.conjuncts, one)
	}
}

func (c *Classifier) classify(one *condition.Condition) {
	if one.Custom() {
		c.Custom = append(c.Custom, c.Residuals.add(one, c.Paths))
		return
	}
	access, done := one.Access(), false
	switch access.Class {
	case condition.ClassRange:
		done = c.addInterval(c.Paths.Slot(one.Path()), access)
	case condition.ClassEquality, condition.ClassItem:
		done = c.addEquality(one, access)
	}
	if !done {
		c.AddResidual(one)
	}
}

// AddResidual makes a residual predicate of a condition.
func (c *Classifier) AddResidual(one *condition.Condition) {
	c.Residual = append(c.Residual, c.Residuals.add(one, c.Paths))
}

// addInterval intersects an interval with the others on its slot; false when it has none, or too many slots have some.
func (c *Classifier) addInterval(slot int32, access condition.Access) bool {
	iv, ok := intervalOf(access.Low, access.High)
	if !ok {
		return false
	}
	iv.Slot = slot
	at := slices.IndexFunc(c.Intervals, func(other Interval) bool { return other.Slot == slot })
	if at >= 0 {
		other := &c.Intervals[at]
		iv.Low, iv.High = max(iv.Low, other.Low), min(iv.High, other.High)
		*other = iv
	} else if len(c.Intervals) < MaxPerKind {
		c.Intervals = append(c.Intervals, iv)
	} else {
		return false
	}
	c.Unsatisfiable = c.Unsatisfiable || iv.Low >= iv.High
	return true
}

// addEquality makes an equality of a condition; false when it names too many scalars, or a list or an object.
func (c *Classifier) addEquality(one *condition.Condition, access condition.Access) bool {
	item := access.Class == condition.ClassItem
	if len(access.Values) > c.MaxScalars || item && !c.Items {
		return false
	}
	e := Equality{Condition: *one, Slot: c.Paths.Slot(one.Path()), Item: item}
	keys, ok := keysOf(&e, access.Values)
	if !ok {
		return false
	}
	for i := range keys {
		if number := c.Dictionary.add(&keys[i]); !slices.Contains(e.Numbers, number) {
			e.Numbers = append(e.Numbers, number)
		}
	}
	c.Unsatisfiable = c.Unsatisfiable || len(keys) == 0
	c.Equalities = append(c.Equalities, e)
	return true
}

// keysOf returns the keys of scalars at the slot of e; false when one of values is no scalar.
func keysOf(e *Equality, values []value.Value) (keys []key, ok bool) {
	slot := e.Slot
	if e.Item {
		slot = ^slot // so that an item and the value at the slot have different keys
	}
	keys = make([]key, len(values))
	for i := range values {
		if keys[i], ok = keyOf(slot, &values[i]); !ok {
			return nil, false
		}
	}
	return keys, true
}
