package condition

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/value"
)

// Exists holds when the path is present, null included.
func Exists(path string) Condition { return build(OpExists, path, value.Value{}, false) }

// NotExists holds when the path is absent.
func NotExists(path string) Condition { return build(OpNotExists, path, value.Value{}, false) }

// Eq holds when the path is present and equal to v: same type, numbers by exact value, lists and
// objects deep.
func Eq(path string, v any) Condition { return build(OpEq, path, value.Of(v), false) }

// Ne holds when the path is present and not equal to v.
func Ne(path string, v any) Condition { return build(OpNe, path, value.Of(v), false) }

// Lt holds when the value is less than v, both numbers or both strings.
func Lt(path string, v any) Condition { return build(OpLt, path, value.Of(v), false) }

// Le holds when the value is at most v, both numbers or both strings.
func Le(path string, v any) Condition { return build(OpLe, path, value.Of(v), false) }

// Gt holds when the value is greater than v, both numbers or both strings.
func Gt(path string, v any) Condition { return build(OpGt, path, value.Of(v), false) }

// Ge holds when the value is at least v, both numbers or both strings.
func Ge(path string, v any) Condition { return build(OpGe, path, value.Of(v), false) }

// Contains holds when the value is a string that has part as a substring.
func Contains(path, part string) Condition {
	return build(OpContains, path, value.OfString(part), false)
}

// NotContains holds when the path is present and Contains does not hold.
func NotContains(path, part string) Condition {
	return build(OpNotContains, path, value.OfString(part), false)
}

// ContainsFold is Contains without regard to case.
func ContainsFold(path, part string) Condition {
	return build(OpContains, path, value.OfString(part), true)
}

// NotContainsFold is NotContains without regard to case.
func NotContainsFold(path, part string) Condition {
	return build(OpNotContains, path, value.OfString(part), true)
}

// In holds when the value equals one of items.
func In(path string, items ...any) Condition { return build(OpIn, path, list(items), false) }

// NotIn holds when the path is present and its value equals none of items.
func NotIn(path string, items ...any) Condition { return build(OpNotIn, path, list(items), false) }

// HasItem holds when the value is a list with an item equal to v.
func HasItem(path string, v any) Condition { return build(OpHasItem, path, value.Of(v), false) }

// NotHasItem holds when the path is present and HasItem does not hold.
func NotHasItem(path string, v any) Condition { return build(OpNotHasItem, path, value.Of(v), false) }

// Intersects holds when the value is a list that shares an item with items.
func Intersects(path string, items ...any) Condition {
	return build(OpIntersects, path, list(items), false)
}

// NotIntersects holds when the path is present and Intersects does not hold.
func NotIntersects(path string, items ...any) Condition {
	return build(OpNotIntersects, path, list(items), false)
}

func list(items []any) value.Value { return value.OfList(items) }

// build makes a condition of unchecked parts; what is wrong stays in err.
func build(op Op, path string, operand value.Value, fold bool) Condition {
	c := &body{op: op, known: true, fold: fold}
	c.err = c.fill(path, operand)
	return Condition{c}
}

func (c *body) fill(path string, operand value.Value) error {
	p, err := dotpath.Parse(path)
	if err != nil || !utf8.ValidString(path) {
		return &field.Error{Path: "key", Value: path, Want: "want a path such as a.b.0"}
	}
	c.path = p
	if err := checkOperand(c.op, &operand); err != nil {
		return err
	}
	if c.operand, err = normal("value", operand); err != nil {
		return err
	}
	c.index()
	return c.identify()
}

// normal copies an operand or arguments into the form that reading their JSON gives, so that a condition
// made in Go and one read from a file are the same, and the caller keeps what it passed.
func normal(name string, v value.Value) (value.Value, error) {
	if !v.Present() {
		return v, nil
	}
	form, err := value.Normalize(v.Any())
	if err != nil || v.Kind() == value.Unsupported {
		return v, &field.Error{Path: name, Want: fmt.Sprintf("want a value with a JSON form: %v", err)}
	}
	return value.Of(form), nil
}

// checkOperand refuses operands that could never be compared.
func checkOperand(op Op, v *value.Value) error {
	want := ""
	switch op {
	case OpLt, OpLe, OpGt, OpGe:
		if !v.IsNumber() && v.Kind() != value.String {
			want = "want a number or a string"
		}
	case OpContains, OpNotContains:
		if v.Kind() != value.String {
			want = "want a string"
		}
	case OpIn, OpNotIn, OpIntersects, OpNotIntersects:
		if v.Kind() != value.List {
			want = "want a list"
		}
	}
	if want == "" {
		return nil
	}
	return &field.Error{Path: "value", Value: field.OrNull(v.Any()), Want: want}
}

// index prepares the operand for fast judging.
func (c *body) index() {
	switch c.op {
	case OpContains, OpNotContains:
		if c.needle = c.operand.Str(); c.fold {
			c.needle = strings.ToLower(c.needle) // code point by code point, whatever the language
		}
	case OpIn, OpNotIn, OpIntersects, OpNotIntersects:
		c.items = newSet(c.operand.List())
	case OpHasItem, OpNotHasItem:
		c.items = newSet([]any{c.operand.Any()})
	}
}

// identify sets the canonical JSON.
func (c *body) identify() error {
	id, err := value.AppendCanonical(nil, c.fields())
	if err != nil {
		return &field.Error{Path: "value", Want: "want a JSON value: " + err.Error()}
	}
	c.id = string(id)
	return nil
}

// Fields returns the JSON form of the condition, in Go form: what Registry.Parse reads.
func (c *Condition) Fields() map[string]any { return c.body().fields() }

func (c *body) fields() map[string]any {
	m := map[string]any{"op": string(c.op)}
	if !c.known {
		if c.args != nil {
			m["args"], _ = value.Normalize(c.args) // a copy; it was normal before
		}
		return m
	}
	m["key"] = c.path.String()
	if c.op != OpExists && c.op != OpNotExists {
		m["value"], _ = value.Normalize(c.operand.Any())
	}
	if c.fold {
		m["case_sensitive"] = false
	}
	return m
}

// MarshalJSON writes the canonical form.
func (c Condition) MarshalJSON() ([]byte, error) {
	if err := c.Err(); err != nil {
		return nil, err
	}
	return json.RawMessage(c.ID()), nil
}
