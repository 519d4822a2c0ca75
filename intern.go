package dictrack

import (
	"runtime"
	"sync"
	"weak"

	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// interner keeps one copy of equal immutable values for as long as anybody uses it. It stands alone on
// the heap: what a cleanup reaches is never freed, and must not lead to those who use the values.
type interner[K comparable, V any] struct {
	mu    sync.Mutex // protects known
	known map[K]weak.Pointer[V]
}

// find returns the copy with that key, nil if there is none.
func (n *interner[K, V]) find(key K) *V {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.known[key].Value()
}

// keep returns the copy with that key, which is v if there was none.
func (n *interner[K, V]) keep(key K, v *V) *V {
	n.mu.Lock()
	defer n.mu.Unlock()
	if first := n.known[key].Value(); first != nil {
		return first
	}
	if n.known == nil {
		n.known = map[K]weak.Pointer[V]{}
	}
	n.known[key] = weak.Make(v)
	runtime.AddCleanup(v, n.drop, key)
	return v
}

// made returns the copy with that key, which build makes if there is none.
func (n *interner[K, V]) made(key K, build func() *V) *V {
	if v := n.find(key); v != nil {
		return v
	}
	return n.keep(key, build())
}

// drop forgets a value that nobody uses any more, unless another one has taken its place.
func (n *interner[K, V]) drop(key K) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known[key].Value() == nil {
		delete(n.known, key)
	}
}

// compile returns the set of a list of definitions over another one, the same one for every group with that list.
func (m *Manager) compile(under *states.Program, defs []*tracker.Definition) *states.Program {
	key := states.KeyOf(under, defs)
	if set := m.sets.find(key); set != nil {
		return set
	}
	return m.sets.keep(key, states.CompileShared(key, under, defs, m.shared))
}

// shared is what compiled sets have in common.
type shared struct {
	paths        interner[string, match.Paths]
	dictionaries interner[string, match.Dictionary]
	rules        interner[string, states.RuleList]
}

var _ states.Interner = (*shared)(nil)

// Paths implements match.Interner.
func (s *shared) Paths(key string, build func() *match.Paths) *match.Paths {
	return s.paths.made(key, build)
}

// Dictionary implements match.Interner.
func (s *shared) Dictionary(key string, build func() *match.Dictionary) *match.Dictionary {
	return s.dictionaries.made(key, build)
}

// Rules implements states.Interner.
func (s *shared) Rules(key string, build func() *states.RuleList) *states.RuleList {
	return s.rules.made(key, build)
}

// define validates specs and shares equal definitions.
func (m *Manager) define(specs []tracker.Spec) ([]*tracker.Definition, error) {
	defs := make([]*tracker.Definition, len(specs))
	for i, spec := range specs {
		d, err := tracker.New(spec, m.options.Registry)
		if err != nil {
			return nil, &SpecError{Name: spec.Name, Err: err}
		}
		defs[i] = m.definitions.keep(d.ID(), d)
	}
	return defs, nil
}
