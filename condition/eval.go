package condition

import (
	"iter"

	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/value"
)

// The methods here are for engines that evaluate many conditions on the same data: they read each path once, into a
// slot, and use indexes to find the conditions that hold.

// Match evaluates the condition on data, which may hold any Go values; values are read as their JSON form. A predicate
// of a registered kind that panics panics here.
func (c *Condition) Match(data map[string]any) bool {
	switch root := c.inner().root.(type) { // without the allocations of an Input
	case *comparison:
		v := root.path.Lookup(data)
		return root.holds(&v)
	case *custom:
		return root.predicate != nil && root.predicate.Match(data)
	}
	var values []value.Value
	for path := range c.Paths() {
		values = append(values, path.Lookup(data))
	}
	in := Input{Values: values, Data: func() map[string]any { return data }}
	return c.Eval(&in, firstSlots(len(values)))
}

// Holds evaluates a condition with one path on the value found there, Absent when there is none. It is false for a
// registered kind, which needs the whole data.
func (c *Condition) Holds(v *value.Value) bool {
	leaf, ok := c.inner().root.(*comparison)
	return ok && leaf.holds(v)
}

// Path returns the path of the value that the condition looks at; the zero Path for a registered kind.
func (c *Condition) Path() dotpath.Path {
	if leaf, ok := c.inner().root.(*comparison); ok {
		return leaf.path
	}
	return dotpath.Path{}
}

// Operand returns what the value is compared with; Absent for exists, not_exists and registered kinds.
func (c *Condition) Operand() value.Value {
	if leaf, ok := c.inner().root.(*comparison); ok {
		return leaf.operand
	}
	return value.Value{}
}

// Paths yields the paths of the values that the condition looks at, in a fixed order. The same path can occur more than once.
// Registered kinds have none.
func (c *Condition) Paths() iter.Seq[dotpath.Path] {
	return func(yield func(dotpath.Path) bool) { c.eachPath(yield) }
}

func (c *Condition) eachPath(yield func(dotpath.Path) bool) bool {
	switch root := c.inner().root.(type) {
	case *comparison:
		return yield(root.path)
	case *composite:
		for i := range root.parts {
			if !root.parts[i].eachPath(yield) {
				return false
			}
		}
	}
	return true
}

// Leaves yields the conditions that the condition is composed of: itself, if it is not composed of others.
func (c *Condition) Leaves() iter.Seq[*Condition] {
	return func(yield func(*Condition) bool) { c.eachLeaf(yield) }
}

func (c *Condition) eachLeaf(yield func(*Condition) bool) bool {
	root, ok := c.inner().root.(*composite)
	if !ok {
		return yield(c)
	}
	for i := range root.parts {
		if !root.parts[i].eachLeaf(yield) {
			return false
		}
	}
	return true
}

// firstSlots returns the slots 0 to n-1.
func firstSlots(n int) []int32 {
	if n <= len(fewSlots) {
		return fewSlots[:n]
	}
	slots := make([]int32, n)
	for i := range slots {
		slots[i] = int32(i)
	}
	return slots
}

var fewSlots = [4]int32{0, 1, 2, 3}

// NeedsContent reports whether the items or members of a list or an object at one of the paths matter, and not just
// that it is one.
func (c *Condition) NeedsContent() bool {
	for leaf := range c.Leaves() {
		if root, ok := leaf.inner().root.(*comparison); ok && root.test.needsContent() {
			return true
		}
	}
	return false
}

// Access returns the class of the condition, and what an index of that class needs.
func (c *Condition) Access() Access {
	leaf, ok := c.inner().root.(*comparison)
	if !ok || leaf.operator.access == nil {
		return Access{}
	}
	return leaf.operator.access(&leaf.operand)
}

// Conjuncts returns the conditions all of which must hold for this one to hold; nil for one that is not composed of
// such.
func (c *Condition) Conjuncts() []Condition {
	if root, ok := c.inner().root.(*composite); ok {
		return root.conjuncts()
	}
	return nil
}
