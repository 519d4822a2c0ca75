package condition

import (
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/value"
)

// custom is a leaf of a registered kind, with the predicate that its registry made once it is bound.
type custom struct {
	kind      Op
	args      any // in Go form
	predicate Predicate
}

// Custom is a condition of a registered kind. Args may be any value with a JSON form. The condition has no
// predicate, and is false, until [Registry.Bind] makes it from args.
func Custom(kind string, args any) Condition {
	c := &custom{kind: Op(kind)}
	if _, builtin := operatorOf(c.kind); builtin || kind == "" {
		return invalid(c, &field.Error{Path: "op", Value: kind, Want: "want the name of a registered kind"})
	}
	form, err := normalize("args", value.Of(args))
	if err != nil {
		return invalid(c, err)
	}
	c.args = form.Any()
	return makeCondition(c)
}

func (c *custom) op() Op { return c.kind }

func (c *custom) pathCount() int { return 0 }

func (c *custom) usesData() bool { return c.predicate != nil }

func (c *custom) eval(in *Input, _ []int32) bool {
	return c.predicate != nil && c.predicate.Match(in.Data())
}

func (c *custom) fields() map[string]any {
	m := map[string]any{"op": string(c.kind)}
	if c.args != nil {
		m["args"], _ = value.Normalize(c.args) // a copy; it was normal before
	}
	return m
}

func (c *custom) text() string {
	if c.args == nil {
		return string(c.kind)
	}
	text, _ := value.AppendCanonical([]byte(string(c.kind)+" "), c.args)
	return string(text)
}
