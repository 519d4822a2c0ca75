// Package condition has the predicates that the data of a message must meet before a tracker moves.
//
// A [Condition] is an immutable value: an operator, the path of the value it looks at, and an operand to compare with;
// or a registered kind with its arguments (see [Registry]). Evaluating one never fails: a value of a type that the
// operator does not compare makes it false.
//
//	condition.Eq("status", "active")
//	condition.Ge("order.total", 100)
//	condition.In("country", "de", "at", "ch")
//
// Operands are any Go values with a JSON form, and are converted to it. Constructors return no error, so that conditions
// can be written inline; [Condition.Err] returns the error of an invalid one, and so does every function that takes it.
package condition

import (
	"encoding/json"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/value"
)

// Condition is one predicate over data. Build it with the constructors or [Registry.Parse]; the zero Condition is
// invalid. It is immutable, safe for any goroutine, and cheap to copy.
//
// Conditions cannot be compared with ==, which would compare pointers: two are the same when their IDs are equal.
type Condition struct {
	_    [0]func() // makes == a compile error
	expr *expr
}

// expr is the content of a condition, which all its copies share.
type expr struct {
	root node
	id   string
	err  error
}

// node is the root of a condition's tree: a *comparison, a *custom or a *composite.
type node interface {
	op() Op
	// pathCount returns how many slots eval needs.
	pathCount() int
	eval(in *Input, slots []int32) bool
	// usesData reports whether a bound predicate of a registered kind, which needs the whole data, is in the tree.
	usesData() bool
	// fields returns the JSON form, in Go form.
	fields() map[string]any
	// text returns the form for people.
	text() string
}

// Input is the data that conditions are evaluated on.
type Input struct {
	// Values are the values found in the data, by slot.
	Values []value.Value
	// Data returns the whole data. It is called by registered kinds only, and may panic to end the evaluation.
	Data func() map[string]any
}

// makeCondition returns the condition of a tree.
func makeCondition(root node) Condition {
	e := &expr{root: root}
	e.id, e.err = identify(root)
	return Condition{expr: e}
}

// identify returns the canonical JSON of a tree.
func identify(root node) (string, error) {
	id, err := value.AppendCanonical(nil, root.fields())
	if err != nil {
		return "", &field.Error{Path: "value", Want: "want a JSON value: " + err.Error()}
	}
	return string(id), nil
}

// invalid returns a condition with an error.
func invalid(root node, err error) Condition { return Condition{expr: &expr{root: root, err: err}} }

// inner returns what the copies of the condition share; that of the zero Condition is zeroExpr.
func (c *Condition) inner() *expr {
	if c.expr == nil {
		return &zeroExpr
	}
	return c.expr
}

// Op returns the operator, or the name of a registered kind.
func (c *Condition) Op() Op { return c.inner().root.op() }

// ID returns the canonical JSON of the condition. Two conditions are the same exactly when their IDs are equal: same
// operator, path, operand and flags.
func (c *Condition) ID() string { return c.inner().id }

// String returns the condition in a form for people, such as `order.total >= 100`, or the error of an invalid one.
func (c Condition) String() string {
	if err := c.Err(); err != nil {
		return err.Error()
	}
	return c.inner().root.text()
}

// Custom reports whether the condition is of a registered kind, which needs the whole data.
func (c *Condition) Custom() bool { return c.inner().root.usesData() }

// Err returns the error of an invalid condition, a *field.Error; nil for a valid one.
func (c *Condition) Err() error { return c.inner().err }

// Fields returns the JSON form of the condition, in Go form: what [Registry.Parse] reads.
func (c *Condition) Fields() map[string]any { return c.inner().root.fields() }

// MarshalJSON returns the canonical JSON, which is the ID.
func (c Condition) MarshalJSON() ([]byte, error) {
	if err := c.Err(); err != nil {
		return nil, err
	}
	return json.RawMessage(c.ID()), nil
}

// Eval evaluates the condition on the values in slots: slots[i] is the slot of path i of Paths. A predicate of a
// registered kind that panics panics here.
func (c *Condition) Eval(in *Input, slots []int32) bool { return c.inner().root.eval(in, slots) }
