package tracker

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/limiter"
)

// The built-in kinds.
const (
	KindCount = "count"
	KindSum   = "sum"
)

// Kind is a custom kind of progress: it decides what data that met all conditions does. It holds no
// state itself: what it needs to remember is the byte string own, nil at first and after a reset of the
// progress, never changed in place. A Kind is pure and safe for any goroutine. One that panics fails
// its tracker for that data, and nothing else.
type Kind interface {
	// Advance returns the next progress and own state; ok false means no step: nothing about the tracker
	// changes and no limiter is used up.
	Advance(a Advance) (progress decimal.Decimal, own []byte, ok bool)
}

// Advance is what a Kind decides on. Data must not be kept or changed.
type Advance struct {
	Progress decimal.Decimal
	Own      []byte
	Data     map[string]any
	Now      int64 // Unix milliseconds
}

// KindFactory makes a Kind from the definition's args, in Go form. It returns an error for arguments
// that it does not allow.
type KindFactory func(args any) (Kind, error)

// Registry knows the custom kinds of tracker, condition and limiter. Fill it before use; afterwards it
// is read only and safe for any goroutine. The nil Registry knows the built-in kinds only.
type Registry struct {
	Conditions condition.Registry
	Limiters   limiter.Registry

	kinds map[string]KindFactory
}

// Register adds a kind of tracker. The name is what is stored, so it must stay the same for as long as
// trackers of it live. An empty name, count, sum and a name registered before are errors.
func (r *Registry) Register(kind string, make KindFactory) error {
	_, taken := r.kinds[kind]
	if kind == "" || taken || kind == KindCount || kind == KindSum || make == nil {
		return fmt.Errorf("register tracker kind %q: the name is empty or taken, or there is no factory", kind)
	}
	if r.kinds == nil {
		r.kinds = map[string]KindFactory{}
	}
	r.kinds[kind] = make
	return nil
}

func (r *Registry) conditions() *condition.Registry {
	if r == nil {
		return nil
	}
	return &r.Conditions
}

func (r *Registry) limiters() *limiter.Registry {
	if r == nil {
		return nil
	}
	return &r.Limiters
}

// kind makes the rule of a custom kind; nil for count and sum.
func (r *Registry) kind(name string, args any) (Kind, error) {
	if name == KindCount || name == KindSum {
		return nil, nil
	}
	if r == nil || r.kinds[name] == nil {
		return nil, &UnknownKindError{Kind: name, Known: r.names()}
	}
	kind, err := r.kinds[name].makeKind(args)
	if err != nil {
		return nil, &field.Error{Path: "args", Value: args, Want: err.Error()}
	}
	return kind, nil
}

// makeKind contains the panics of code that is not ours.
func (f KindFactory) makeKind(args any) (kind Kind, err error) {
	defer func() {
		if r := recover(); r != nil {
			kind, err = nil, fmt.Errorf("the factory panicked: %v", r)
		}
	}()
	if kind, err = f(args); err == nil && kind == nil {
		err = errors.New("the factory made no kind of them")
	}
	return kind, err
}

func (r *Registry) names() []string {
	names := []string{KindCount, KindSum}
	if r != nil {
		names = append(names, slices.Sorted(maps.Keys(r.kinds))...)
	}
	return names
}

// UnknownKindError says that a tracker is of a kind nobody registered.
type UnknownKindError struct {
	Kind  string
	Known []string
}

func (e *UnknownKindError) Error() string {
	return fmt.Sprintf("kind: %q is not a known or registered tracker kind; known: %v", e.Kind, e.Known)
}
