package condition

import (
	"slices"
	"strings"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/connective"
)

// composite joins conditions.
type composite struct {
	connective connective.Connective
	parts      []Condition
	firsts     []int // first slot of each part
	width      int   // number of slots that all parts need
	order      []int // the parts in the order of evaluation: those that need the whole data come last
}

// Compose joins conditions: all holds when every part holds, any when at least one does, and not, which has one part,
// when it does not. Definition files cannot contain composed conditions yet, so only this module can call it.
func Compose(c connective.Connective, parts ...Condition) Condition {
	root := &composite{connective: c, parts: slices.Clone(parts)}
	if c == connective.Any && len(parts) == 0 || c == connective.Not && len(parts) != 1 {
		return invalid(root, &field.Error{Path: c.String(), Want: "want a condition"})
	}
	var last []int
	for i := range root.parts {
		part := &root.parts[i]
		if err := part.Err(); err != nil {
			return invalid(root, err)
		}
		root.firsts = append(root.firsts, root.width)
		root.width += part.inner().root.pathCount()
		if part.Custom() {
			last = append(last, i)
		} else {
			root.order = append(root.order, i)
		}
	}
	root.order = append(root.order, last...)
	return makeCondition(root)
}

func (c *composite) op() Op { return Op(c.connective.String()) }

func (c *composite) pathCount() int { return c.width }

func (c *composite) usesData() bool {
	return slices.ContainsFunc(c.parts, func(part Condition) bool { return part.Custom() })
}

func (c *composite) conjuncts() []Condition {
	if c.connective == connective.All {
		return c.parts
	}
	return nil
}

func (c *composite) eval(in *Input, slots []int32) bool {
	switch c.connective {
	case connective.Any:
		return c.has(in, slots, true)
	case connective.Not:
		return !c.parts[0].Eval(in, slots)
	}
	return !c.has(in, slots, false)
}

// has reports whether a part has the result. It stops at the first one that does.
func (c *composite) has(in *Input, slots []int32, result bool) bool {
	for _, i := range c.order {
		if c.parts[i].Eval(in, slots[c.firsts[i]:]) == result {
			return true
		}
	}
	return false
}

func (c *composite) fields() map[string]any {
	if c.connective == connective.Not && len(c.parts) == 1 {
		return map[string]any{c.connective.String(): c.parts[0].Fields()}
	}
	list := make([]any, len(c.parts))
	for i := range c.parts {
		list[i] = c.parts[i].Fields()
	}
	return map[string]any{c.connective.String(): list}
}

func (c *composite) text() string {
	texts := make([]string, len(c.parts))
	for i := range c.parts {
		texts[i] = c.parts[i].String()
	}
	switch c.connective {
	case connective.Not:
		return "not (" + texts[0] + ")"
	case connective.Any:
		return "(" + strings.Join(texts, " or ") + ")"
	}
	return "(" + strings.Join(texts, " and ") + ")"
}
