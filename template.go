package dictrack

import (
	"fmt"

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
		err = m.engine.Templates().Set(name, defs)
	}
	if err != nil {
		return fmt.Errorf("set template %q: %w", name, err)
	}
	return nil
}

// Templates returns the names of the templates, sorted.
func (m *Manager) Templates() []string { return m.engine.Templates().Names() }
