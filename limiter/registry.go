package limiter

import (
	"fmt"
	"slices"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/kinds"
	"github.com/dictrack/dictrack/value"
)

// Factory makes the rule of a custom kind from its arguments, in Go form. It returns an error for arguments that it
// does not allow.
type Factory = kinds.Factory[Rule]

// Registry knows the custom kinds of limiter by name. Fill it before use; afterwards it is read only and safe for
// concurrent use. The nil Registry knows the built-in kinds only.
type Registry struct {
	kinds kinds.Registry[Rule]
}

// parsers read the fields of the built-in kinds.
var parsers = map[string]func(*field.Reader) (Limiter, error){KindCount: parseCount, KindTime: parseWindow}

var builtinKinds = []string{KindCount, KindTime}

// Register adds a kind. The name is stored, so it must stay the same for as long as trackers with it live. An empty
// name, a built-in kind and a name registered before are errors.
func (r *Registry) Register(kind string, f Factory) error {
	return r.kinds.Register("limiter", kind, builtinKinds, f)
}

// Custom is a limiter of a registered kind. Args may be any value with a JSON form; the registry of whoever takes the
// limiter makes its rule.
func Custom(kind string, args any) Limiter {
	l := Limiter{kind: kind, custom: true}
	if kind == "" || slices.Contains(builtinKinds, kind) {
		l.err = &field.Error{Path: "kind", Value: kind, Want: "want the name of a registered kind"}
		return l
	}
	form, err := value.Normalize(args)
	if err != nil {
		l.err = &field.Error{Path: "args", Want: "want a value with a JSON form: " + err.Error()}
		return l
	}
	l.args = form
	return l.withID()
}

// Bind returns l with the rule of its kind; a limiter that has one is returned as it is. The error is
// *UnknownKindError when the kind is not registered, or a *field.Error.
func (r *Registry) Bind(l Limiter) (Limiter, error) {
	if l.err != nil || l.rule != nil {
		return l, l.err
	}
	if r == nil || !r.kinds.Has(l.kind) {
		return l, r.unknown(l.kind)
	}
	rule, err := r.kinds.Make(l.kind, l.args)
	if err != nil {
		return l, &field.Error{Path: "args", Value: l.args, Want: err.Error()}
	}
	l.rule = rule
	return l, nil
}

func (r *Registry) unknown(kind string) error {
	if r == nil {
		r = &Registry{}
	}
	return &UnknownKindError{Kind: kind, Known: r.kinds.Names(builtinKinds)}
}

// UnknownKindError says that nobody registered the kind of a limiter.
type UnknownKindError struct {
	Kind  string
	Known []string
}

// Error names the kind and those that are known.
func (e *UnknownKindError) Error() string {
	return fmt.Sprintf("kind: %q is not a known or registered limiter kind; known: %s", e.Kind, field.Known(e.Kind, e.Known))
}

// Parse reads the JSON form of a limiter, in Go form: {kind: count, limit}, {kind: time, start, end, duration} or
// {kind, args} for a custom kind. The error is field.Errors with every mistake, or *UnknownKindError.
func (r *Registry) Parse(v any) (Limiter, error) {
	fields, err := field.Object(v)
	if err != nil {
		return Limiter{}, err
	}
	fields.Require("kind", "want count, time or a registered kind")
	kind, ok := fields.String("kind")
	if !ok {
		return Limiter{}, fields.Errs.Err()
	}
	if parse := parsers[kind]; parse != nil {
		return parse(fields)
	}
	args, _ := fields.Any("args")
	if r == nil || !r.kinds.Has(kind) {
		return Limiter{}, r.unknown(kind)
	}
	if err := fields.Done(); err != nil {
		return Limiter{}, err
	}
	return r.Bind(Custom(kind, args))
}
