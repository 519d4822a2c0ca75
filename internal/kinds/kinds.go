// Package kinds is the registry that custom kinds of conditions, limiters and trackers share: factories by name.
package kinds

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Factory makes the implementation of a kind from the arguments in its definition, in Go form (nil, bool, int64,
// float64, string, []any, map[string]any). It returns an error for arguments that it does not allow.
type Factory[T any] func(args any) (T, error)

// Registry maps the names of custom kinds to their factories. The zero Registry is empty. Fill it before use;
// afterwards it is read only and safe for concurrent use.
type Registry[T any] struct {
	factories map[string]Factory[T]
}

// Register adds a kind of what. An empty name, one of builtin, a name registered before and a nil factory are errors.
func (r *Registry[T]) Register(what, kind string, builtin []string, f Factory[T]) error {
	if kind == "" || slices.Contains(builtin, kind) || r.Has(kind) || f == nil {
		return fmt.Errorf("register %s kind %q: the name is empty or taken, or there is no factory", what, kind)
	}
	if r.factories == nil {
		r.factories = map[string]Factory[T]{}
	}
	r.factories[kind] = f
	return nil
}

// Has reports whether the kind is registered.
func (r *Registry[T]) Has(kind string) bool { return r.factories[kind] != nil }

// Make makes the implementation of a registered kind. A factory that panics or returns nil is an error.
func (r *Registry[T]) Make(kind string, args any) (v T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the factory panicked: %v", p)
		}
	}()
	if v, err = r.factories[kind](args); err == nil && any(v) == nil {
		err = errors.New("the factory returned nil for them")
	}
	return v, err
}

// Names returns builtin followed by the registered kinds in order.
func (r *Registry[T]) Names(builtin []string) []string {
	return append(slices.Clone(builtin), slices.Sorted(maps.Keys(r.factories))...)
}
