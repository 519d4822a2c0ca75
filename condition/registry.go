package condition

import (
	"fmt"
	"maps"
	"slices"

	"github.com/dictrack/dictrack/field"
)

// Registry maps the names of registered kinds of condition to their factories. Fill it before use; afterwards it is read-only and safe for
// any goroutine. The nil Registry has the built-in operators only.
type Registry struct {
	kinds map[Op]Factory
}

// Register adds a kind. Trackers are stored with its name, so it must stay the same as long as such trackers exist. An
// empty name, a built-in operator and a name that is registered already are errors.
func (r *Registry) Register(kind string, make Factory) error {
	op := Op(kind)
	_, taken := r.kinds[op]
	_, builtin := operatorOf(op)
	if kind == "" || taken || builtin || make == nil {
		return fmt.Errorf("register condition kind %q: the name is empty or taken, or there is no factory", kind)
	}
	if r.kinds == nil {
		r.kinds = map[Op]Factory{}
	}
	r.kinds[op] = make
	return nil
}

// Bind returns c with the predicates of the registered kinds in it; any other condition is returned as it is. The error
// is *UnknownKindError when a kind is not registered, or a *field.Error.
func (r *Registry) Bind(c Condition) (Condition, error) {
	if err := c.Err(); err != nil {
		return c, err
	}
	switch root := c.inner().root.(type) {
	case *custom:
		return r.bindCustom(c, root)
	case *composite:
		return r.bindParts(c, root)
	}
	return c, nil
}

func (r *Registry) bindCustom(c Condition, leaf *custom) (Condition, error) {
	if leaf.predicate != nil {
		return c, nil
	}
	factory := r.factory(leaf.kind)
	if factory == nil {
		return c, &UnknownKindError{Kind: string(leaf.kind), Known: r.names()}
	}
	p, err := factory.make(leaf.args)
	if err != nil {
		return c, &field.Error{Path: "args", Value: leaf.args, Want: err.Error()}
	}
	bound := &custom{kind: leaf.kind, args: leaf.args, predicate: p}
	return Condition{expr: &expr{root: bound, id: c.ID()}}, nil
}

func (r *Registry) bindParts(c Condition, root *composite) (Condition, error) {
	bound := make([]Condition, len(root.parts))
	for i, part := range root.parts {
		var err error
		if bound[i], err = r.Bind(part); err != nil {
			return c, err
		}
	}
	return Compose(root.connective, bound...), nil
}

func (r *Registry) factory(op Op) Factory {
	if r == nil {
		return nil
	}
	return r.kinds[op]
}

func (r *Registry) names() []string {
	names := make([]string, 0, len(operators))
	for i := range operators {
		names = append(names, string(operators[i].name))
	}
	if r != nil {
		for _, op := range slices.Sorted(maps.Keys(r.kinds)) {
			names = append(names, string(op))
		}
	}
	return names
}

// UnknownKindError reports that a condition is of a kind that is not registered.
type UnknownKindError struct {
	Kind  string
	Known []string
}

func (e *UnknownKindError) Error() string {
	return fmt.Sprintf("op: %q is not a known operator or registered condition kind; known: %s", e.Kind, field.Known(e.Kind, e.Known))
}
