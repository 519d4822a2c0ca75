package limiter

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/dictrack/dictrack/field"
)

// Rule is a custom kind of limiter. It holds no state itself: what it needs to remember is the byte
// string own, which it gets and returns, and never changes in place; nil at first unless Start says
// otherwise. A Rule is pure and safe for any goroutine. One that panics fails its tracker for that
// data, and nothing else.
type Rule interface {
	// Start returns the state of a tracker that is added now.
	Start(now time.Time) (own []byte)
	// Before judges data that matched, before the step.
	Before(own []byte, c Call) Verdict
	// After takes a step into account; limited holds the tracker back until its limiters are reset.
	After(own []byte, c Call) (next []byte, limited bool)
	// StageDone starts again after a completed stage, when the reset policy says so.
	StageDone(own []byte, c Call) (next []byte, limited bool)
	// Reset starts again by hand. It returns an error for arguments that it does not allow.
	Reset(own []byte, args any, c Call) (next []byte, limited bool, err error)
}

// Timed is a Rule that the clock alone may make Stop: from Due on, Before is asked without data. The zero time means never.
type Timed interface {
	Due(own []byte) time.Time
}

// Factory makes the rule of a custom kind from its arguments, in Go form.
type Factory func(args any) (Rule, error)

// Registry knows the custom kinds of limiter by name. Fill it before use; afterwards it is read only
// and safe for any goroutine. The nil Registry knows count and time only.
type Registry struct {
	kinds map[string]Factory
}

// Register adds a kind. The name is what is stored. An empty name, a built-in kind and a name
// registered before are errors.
func (r *Registry) Register(kind string, make Factory) error {
	_, taken := r.kinds[kind]
	if kind == "" || taken || kind == KindCount || kind == KindTime || make == nil {
		return fmt.Errorf("register limiter kind %q: the name is empty or taken, or there is no factory", kind)
	}
	if r.kinds == nil {
		r.kinds = map[string]Factory{}
	}
	r.kinds[kind] = make
	return nil
}

// Bind returns l with the rule of its kind; a built-in limiter is returned as it is. The error is
// *UnknownKindError when the kind is not registered, or a *field.Error.
func (r *Registry) Bind(l Limiter) (Limiter, error) {
	if l.err != nil || l.rule != nil || l.kind == KindCount || l.kind == KindTime {
		return l, l.err
	}
	if r == nil || r.kinds[l.kind] == nil {
		return l, &UnknownKindError{Kind: l.kind, Known: r.names()}
	}
	rule, err := r.kinds[l.kind].make(l.args)
	if err != nil {
		return l, &field.Error{Path: "args", Value: l.args, Want: err.Error()}
	}
	l.rule = rule
	return l, nil
}

// make contains the panics of code that is not ours.
func (f Factory) make(args any) (rule Rule, err error) {
	defer func() {
		if r := recover(); r != nil {
			rule, err = nil, fmt.Errorf("the factory panicked: %v", r)
		}
	}()
	if rule, err = f(args); err == nil && rule == nil {
		err = errors.New("the factory made no rule of them")
	}
	return rule, err
}

func (r *Registry) names() []string {
	names := []string{KindCount, KindTime}
	if r != nil {
		names = append(names, slices.Sorted(maps.Keys(r.kinds))...)
	}
	return names
}

// UnknownKindError says that a limiter is of a kind nobody registered.
type UnknownKindError struct {
	Kind  string
	Known []string
}

func (e *UnknownKindError) Error() string {
	return fmt.Sprintf("kind: %q is not a known or registered limiter kind; known: %v", e.Kind, e.Known)
}

// Parse reads the JSON form of a limiter, in Go form: {kind: count, limit}, {kind: time, start, end,
// duration} or {kind, args} for a custom kind. The error is field.Errors with every mistake, or
// *UnknownKindError.
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
	switch kind {
	case KindCount:
		return parseCount(fields)
	case KindTime:
		return parseWindow(fields)
	}
	args, _ := fields.Any("args")
	if r == nil || r.kinds[kind] == nil {
		return Limiter{}, &UnknownKindError{Kind: kind, Known: r.names()}
	}
	if err := fields.Done(); err != nil {
		return Limiter{}, err
	}
	return r.Bind(Custom(kind, args))
}

func parseCount(fields *field.Reader) (Limiter, error) {
	fields.Require("limit", "want a whole number of at least 1")
	n, _ := fields.Int("limit", 1)
	if err := fields.Done(); err != nil {
		return Limiter{}, err
	}
	return Count(n), nil
}

func parseWindow(fields *field.Reader) (Limiter, error) {
	l := Limiter{kind: KindTime}
	l.start, l.hasStart = fields.IntFunc("start", ParseTime)
	l.end, l.hasEnd = fields.IntFunc("end", ParseTime)
	l.duration, _ = fields.IntFunc("duration", ParseDuration)
	if fields.Has("end") && fields.Has("duration") {
		fields.Errs.Add("", nil, "want one of end and duration, not both")
	}
	if err := fields.Done(); err != nil {
		return Limiter{}, err
	}
	l = l.checked()
	return l, l.err
}
