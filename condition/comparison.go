package condition

import (
	"fmt"
	"unicode/utf8"

	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/value"
)

// comparison is a leaf: a built-in operator applied to the value at a path.
type comparison struct {
	operator *operator
	path     dotpath.Path
	operand  value.Value
	fold     bool
	test     test
}

// compare returns a condition of unchecked parts. If one of them is invalid, the condition has an Err.
func compare(op Op, path string, operand value.Value, fold bool) Condition {
	o, ok := operatorOf(op)
	if !ok {
		err := &field.Error{Path: "op", Value: string(op), Want: "want a built-in operator such as eq"}
		return invalid(&comparison{operator: &operator{name: op}, test: never{}}, err)
	}
	c := &comparison{operator: o, fold: fold, test: never{}}
	if err := c.fill(path, operand); err != nil {
		return invalid(c, err)
	}
	return makeCondition(c)
}

func (c *comparison) fill(path string, operand value.Value) error {
	p, err := dotpath.Parse(path)
	if err != nil || !utf8.ValidString(path) {
		return &field.Error{Path: "key", Value: path, Want: "want a path such as a.b.0"}
	}
	c.path = p
	if c.operator.operand != nil {
		if err := c.operator.operand.check(&operand); err != nil {
			return err
		}
		if c.operand, err = normalize("value", operand); err != nil {
			return err
		}
	}
	c.test = c.operator.prepare(&c.operand, c.fold)
	return nil
}

// check returns an error for an operand of a type that the operator does not compare.
func (t *operandType) check(v *value.Value) error {
	if t.allows(v) {
		return nil
	}
	return &field.Error{Path: "value", Value: field.OrNull(v.Any()), Want: t.want}
}

// normalize copies an operand or arguments to the form that decoding their JSON gives, so that a condition made in Go
// equals one read from a file, and the caller may change the original.
func normalize(name string, v value.Value) (value.Value, error) {
	form, err := value.Normalize(v.Any())
	if err != nil || v.Kind() == value.Unsupported {
		return v, &field.Error{Path: name, Want: fmt.Sprintf("want a value with a JSON form: %v", err)}
	}
	return value.Of(form), nil
}

func (c *comparison) op() Op { return c.operator.name }

func (c *comparison) pathCount() int { return 1 }

func (c *comparison) usesData() bool { return false }

func (c *comparison) eval(in *Input, slots []int32) bool { return c.holds(&in.Values[slots[0]]) }

func (c *comparison) holds(v *value.Value) bool {
	if !v.Present() {
		return c.operator.absent
	}
	return c.test.holds(*v)
}

func (c *comparison) fields() map[string]any {
	m := map[string]any{"op": string(c.operator.name), "key": c.path.String()}
	if c.operator.operand != nil {
		m["value"], _ = value.Normalize(c.operand.Any()) // a copy
	}
	if c.fold {
		m["case_sensitive"] = false
	}
	return m
}

func (c *comparison) text() string {
	text := c.path.String() + " " + c.operator.symbol
	if c.operator.operand != nil {
		operand, _ := value.AppendCanonical([]byte(text+" "), c.operand.Any())
		text = string(operand)
	}
	if c.fold {
		text += " (ignoring case)"
	}
	return text
}
