// Package condition holds the predicates that data must meet before a tracker moves.
//
// A Condition is an immutable value: an operator, the path it looks at and an operand, or a custom kind
// with its arguments. Evaluating one never fails: a type that the operator cannot handle makes it false.
//
//	condition.Eq("status", "active")
//	condition.Ge("order.total", 100)
//	condition.In("country", "de", "at", "ch")
package condition

import (
	"strings"

	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/value"
)

// Op names what a condition asks.
type Op string

// The built-in operators. Their meaning is in docs/semantics.md.
const (
	OpExists        Op = "exists"
	OpNotExists     Op = "not_exists"
	OpEq            Op = "eq"
	OpNe            Op = "ne"
	OpLt            Op = "lt"
	OpLe            Op = "le"
	OpGt            Op = "gt"
	OpGe            Op = "ge"
	OpContains      Op = "contains"
	OpNotContains   Op = "not_contains"
	OpIn            Op = "in"
	OpNotIn         Op = "not_in"
	OpHasItem       Op = "has_item"
	OpNotHasItem    Op = "not_has_item"
	OpIntersects    Op = "intersects"
	OpNotIntersects Op = "not_intersects"
)

// Condition is one predicate over data. Build it with the constructors or Registry.Parse; the zero
// Condition is invalid. It is immutable, safe for any goroutine, and free to copy: a pointer to what it is, so that
// millions of trackers can share one.
type Condition struct{ is *body }

// body is what a condition is.
type body struct {
	op      Op
	known   bool // op is a built-in operator
	path    dotpath.Path
	operand value.Value
	items   *set   // operand of in and intersects, indexed
	needle  string // operand of contains, lowered when fold
	fold    bool   // contains without regard to case
	args    any    // arguments of a custom kind, in Go form
	custom  Predicate
	id      string
	err     error
}

// invalid is what the zero Condition is.
var invalid body

func (c *Condition) body() *body {
	if c.is == nil {
		return &invalid
	}
	return c.is
}

// Op returns the operator, or the kind of a custom condition.
func (c *Condition) Op() Op { return c.body().op }

// Path returns where the condition looks; meaningless for a custom one.
func (c *Condition) Path() dotpath.Path { return c.body().path }

// Operand returns what the value is compared with; Absent for exists, not_exists and custom kinds.
func (c *Condition) Operand() value.Value { return c.body().operand }

// ID is the canonical JSON of the condition. Two conditions are the same exactly when their IDs are:
// same operator, path, operand and flags.
func (c *Condition) ID() string { return c.body().id }

// String is the canonical JSON, or what is wrong with the condition.
func (c Condition) String() string {
	if err := c.Err(); err != nil {
		return err.Error()
	}
	return c.ID()
}

// Custom tells whether the condition is of a registered kind, judged on the whole data.
func (c *Condition) Custom() bool { return c.body().custom != nil }

// Err returns what is wrong with the condition, nil for a usable one. A constructor cannot fail, so
// that conditions can be written in line; whoever takes one asks here.
func (c *Condition) Err() error { return c.body().err }

// NeedsContent tells whether the items or members of a list or object at the path matter, and not
// just that it is one.
func (c *Condition) NeedsContent() bool {
	switch c := c.body(); c.op {
	case OpEq, OpNe:
		k := c.operand.Kind()
		return k == value.List || k == value.Object
	case OpIn, OpNotIn:
		return c.items.composite()
	case OpHasItem, OpNotHasItem, OpIntersects, OpNotIntersects:
		return true
	}
	return false
}

// Match judges whole data, walking the path itself. A custom predicate that panics panics here.
func (c *Condition) Match(data map[string]any) bool {
	if c.Custom() {
		return c.is.custom.Match(data)
	}
	v := c.body().path.Lookup(data)
	return c.Holds(&v)
}

// MatchCustom judges data by the predicate of a custom kind; false for a built-in condition.
func (c *Condition) MatchCustom(data map[string]any) bool {
	return c.Custom() && c.is.custom.Match(data)
}

// Holds judges the value found at the path, Absent when there is none. False for a custom kind, which
// needs the whole data.
func (c *Condition) Holds(v *value.Value) bool { return c.body().holds(v) }

func (c *body) holds(v *value.Value) bool {
	if !v.Present() {
		return c.op == OpNotExists
	}
	switch c.op {
	case OpExists:
		return true
	case OpEq:
		return value.Equal(v, &c.operand)
	case OpNe:
		return !value.Equal(v, &c.operand)
	case OpLt, OpLe, OpGt, OpGe:
		return c.ordered(v)
	case OpContains:
		return c.contains(v)
	case OpNotContains:
		return !c.contains(v)
	}
	return c.member(v)
}

// member judges the operators that look for items.
func (c *body) member(v *value.Value) bool {
	switch c.op {
	case OpIn:
		return c.items.has(v)
	case OpNotIn:
		return !c.items.has(v)
	case OpHasItem, OpIntersects:
		return c.shares(v)
	case OpNotHasItem, OpNotIntersects:
		return !c.shares(v)
	}
	return false
}

func (c *body) ordered(v *value.Value) bool {
	order, ok := value.Compare(v, &c.operand)
	if !ok {
		return false
	}
	switch c.op {
	case OpLt:
		return order < 0
	case OpLe:
		return order <= 0
	case OpGt:
		return order > 0
	}
	return order >= 0
}

func (c *body) contains(v *value.Value) bool {
	if v.Kind() != value.String {
		return false
	}
	if c.fold {
		return strings.Contains(strings.ToLower(v.Str()), c.needle)
	}
	return strings.Contains(v.Str(), c.needle)
}

// shares tells whether v is a list with an item of the operand set.
func (c *body) shares(v *value.Value) bool {
	if v.Kind() != value.List {
		return false
	}
	for _, item := range v.List() {
		one := value.Of(item)
		if c.items.has(&one) {
			return true
		}
	}
	return false
}
