package condition

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/value"
)

// Predicate judges whole data for a custom kind of condition: as the caller passed it, or, from JSON text,
// of nil, bool, int64, float64, string, []any and map[string]any; package dotpath walks both. It must be
// pure (the same data, the same answer), must not keep or change data, and must be safe for any goroutine. One that panics fails the
// trackers that asked it, for that data, and nothing else.
type Predicate interface {
	Match(data map[string]any) bool
}

// PredicateFunc makes a function a Predicate.
type PredicateFunc func(data map[string]any) bool

// Match calls f.
func (f PredicateFunc) Match(data map[string]any) bool { return f(data) }

// Factory makes the predicate of a custom kind from its arguments, in Go form (nil, bool, int64,
// float64, string, []any, map[string]any). It returns an error for arguments that it does not allow.
type Factory func(args any) (Predicate, error)

// Registry knows the custom kinds of condition by name. Fill it before use; afterwards it is read only
// and safe for any goroutine. The nil Registry knows the built-in operators only.
type Registry struct {
	kinds map[Op]Factory
}

// Register adds a kind. The name is what is stored, so it must stay the same for as long as trackers
// with it live. An empty name, a built-in operator and a name registered before are errors.
func (r *Registry) Register(kind string, make Factory) error {
	op := Op(kind)
	_, taken := r.kinds[op]
	if kind == "" || taken || slices.Contains(builtin, op) || make == nil {
		return fmt.Errorf("register condition kind %q: the name is empty or taken, or there is no factory", kind)
	}
	if r.kinds == nil {
		r.kinds = map[Op]Factory{}
	}
	r.kinds[op] = make
	return nil
}

// Custom is a condition of a registered kind. Args may be any value with a JSON form; the registry of
// whoever takes the condition makes its predicate.
func Custom(kind string, args any) Condition {
	c := &body{op: Op(kind)}
	if slices.Contains(builtin, c.op) || kind == "" {
		c.err = &field.Error{Path: "op", Value: kind, Want: "want the name of a registered kind"}
		return Condition{c}
	}
	form, err := normal("args", value.Of(args))
	if c.err = err; err == nil {
		c.args = form.Any()
		c.err = c.identify()
	}
	return Condition{c}
}

// Bind returns c with the predicate of its kind; a built-in condition is returned as it is. The error
// is *UnknownKindError when the kind is not registered, or a *field.Error.
func (r *Registry) Bind(c Condition) (Condition, error) {
	is := c.body()
	if is.err != nil || is.custom != nil || is.known {
		return c, is.err
	}
	factory := r.factory(is.op)
	if factory == nil {
		return c, &UnknownKindError{Kind: string(is.op), Known: r.names()}
	}
	p, err := factory.make(is.args)
	if err != nil {
		return c, &field.Error{Path: "args", Value: is.args, Want: err.Error()}
	}
	bound := *is
	bound.custom = p
	return Condition{&bound}, nil
}

// make contains the panics of code that is not ours.
func (f Factory) make(args any) (p Predicate, err error) {
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, fmt.Errorf("the factory panicked: %v", r)
		}
	}()
	if p, err = f(args); err == nil && p == nil {
		err = errors.New("the factory made no predicate of them")
	}
	return p, err
}

func (r *Registry) factory(op Op) Factory {
	if r == nil {
		return nil
	}
	return r.kinds[op]
}

func (r *Registry) names() []string {
	names := make([]string, 0, len(builtin))
	for _, op := range builtin {
		names = append(names, string(op))
	}
	if r != nil {
		for _, op := range slices.Sorted(maps.Keys(r.kinds)) {
			names = append(names, string(op))
		}
	}
	return names
}

// UnknownKindError says that a condition is of a kind nobody registered.
type UnknownKindError struct {
	Kind  string
	Known []string
}

func (e *UnknownKindError) Error() string {
	return fmt.Sprintf("op: %q is not a known operator or registered condition kind; known: %v", e.Kind, e.Known)
}

var builtin = []Op{
	OpExists, OpNotExists, OpEq, OpNe, OpLt, OpLe, OpGt, OpGe, OpContains, OpNotContains,
	OpIn, OpNotIn, OpHasItem, OpNotHasItem, OpIntersects, OpNotIntersects,
}
