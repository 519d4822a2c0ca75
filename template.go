package dictrack

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/tracker"
)

// SetTemplate sets a named list of trackers that every group gets with its first data, even if the data
// matches none of them; trackers that the group has already under the same names are left as they are.
// Groups that have had data are not touched. No specs remove the template. Tracker names must be
// distinct over all templates. Templates are not stored: set them whenever the Manager is opened.
func (m *Manager) SetTemplate(name string, specs ...tracker.Spec) error {
	if err := tracker.CheckName("template", name); err != nil {
		return err
	}
	defs, err := m.define(specs)
	if err == nil {
		err = m.templates.set(name, defs)
	}
	if err != nil {
		return fmt.Errorf("set template %q: %w", name, err)
	}
	return nil
}

// Templates returns the names of the templates, sorted.
func (m *Manager) Templates() []string {
	m.templates.mu.Lock()
	defer m.templates.mu.Unlock()
	return slices.Sorted(maps.Keys(m.templates.named))
}

// templates are the lists that new groups get.
type templates struct {
	mu    sync.Mutex // held while templates change; protects named
	named map[string][]*tracker.Definition
	// all are the definitions of all templates, by the templates' names.
	all atomic.Pointer[[]*tracker.Definition]
}

func (t *templates) set(name string, defs []*tracker.Definition) error {
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
	if err := distinct(all); err != nil {
		return err
	}
	t.named = named
	t.all.Store(&all)
	return nil
}

func distinct(defs []*tracker.Definition) error {
	seen := map[string]bool{}
	for _, d := range defs {
		if seen[d.Name()] {
			return &field.Error{Path: "name", Value: d.Name(), Want: "want names that no other tracker of a template has"}
		}
		seen[d.Name()] = true
	}
	return nil
}

func (t *templates) definitions() []*tracker.Definition {
	if all := t.all.Load(); all != nil {
		return *all
	}
	return nil
}
