package tracker

import (
	"fmt"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/kinds"
	"github.com/dictrack/dictrack/limiter"
)

// KindFactory makes a custom Kind from the definition's args, in Go form. It returns an error for arguments that it
// does not allow.
type KindFactory = kinds.Factory[Kind]

// Registry knows the custom kinds of tracker, condition and limiter. Fill it before use; afterwards it is read only
// and safe for concurrent use. The nil Registry knows the built-in kinds only.
type Registry struct {
	Conditions condition.Registry
	Limiters   limiter.Registry

	kinds kinds.Registry[Kind]
}

// Register adds a kind of tracker. The name is stored, so it must stay the same for as long as trackers of it live. An
// empty name, count, sum and a name registered before are errors.
func (r *Registry) Register(kind string, f KindFactory) error {
	return r.kinds.Register("tracker", kind, builtinKinds, f)
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

// customKind makes the Kind of a registered kind.
func (r *Registry) customKind(s *Spec) (Kind, error) {
	if r == nil {
		r = &Registry{}
	}
	if !r.kinds.Has(s.Kind) {
		return nil, &UnknownKindError{Kind: s.Kind, Known: r.kinds.Names(builtinKinds)}
	}
	kind, err := r.kinds.Make(s.Kind, s.Args)
	if err != nil {
		return nil, &field.Error{Path: "args", Value: s.Args, Want: err.Error()}
	}
	return kind, nil
}

// UnknownKindError says that nobody registered the kind of a tracker.
type UnknownKindError struct {
	Kind  string
	Known []string
}

// Error names the kind and those that are known.
func (e *UnknownKindError) Error() string {
	return fmt.Sprintf("kind: %q is not a known or registered tracker kind; known: %s", e.Kind, field.Known(e.Kind, e.Known))
}
