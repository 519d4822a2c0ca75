package engine

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/tracker"
)

// Templates are named lists of definitions: what every group gets with its first message. The zero Templates are empty.
// All methods may be called from any goroutine.
type Templates struct {
	mu    sync.Mutex // held while templates change; protects named
	named map[string][]*tracker.Definition
	// all are the definitions of all templates, in the order of the templates' names.
	all atomic.Pointer[[]*tracker.Definition]
}

// Set sets the definitions of a template; none remove it. A *field.Error says that the name of a definition is not
// unique among all templates, and nothing is changed then.
func (t *Templates) Set(name string, defs []*tracker.Definition) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	named := maps.Clone(t.named)
	if named == nil {
		named = map[string][]*tracker.Definition{}
	}
	named[name] = defs
	if len(defs) == 0 {
		delete(named, name)
	}
	var all []*tracker.Definition
	for _, n := range slices.Sorted(maps.Keys(named)) {
		all = append(all, named[n]...)
	}
	if err := checkUnique(all); err != nil {
		return err
	}
	t.named = named
	t.all.Store(&all)
	return nil
}

func checkUnique(defs []*tracker.Definition) error {
	seen := map[string]bool{}
	for _, d := range defs {
		if seen[d.Name()] {
			return &field.Error{Path: "name", Value: d.Name(), Want: "want names that no other tracker of a template has"}
		}
		seen[d.Name()] = true
	}
	return nil
}

// Names returns the names of the templates, sorted.
func (t *Templates) Names() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Sorted(maps.Keys(t.named))
}

// definitions are those of all templates, not to be changed.
func (t *Templates) definitions() []*tracker.Definition {
	if all := t.all.Load(); all != nil {
		return *all
	}
	return nil
}
