package dictrack

import (
	"context"
	"fmt"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/tracker"
)

// Add adds trackers to a group, all or none, with an [EventAdded] each. A name that is taken is an [ErrExists]; a spec that is
// not allowed is a [*SpecError]; no spec is an [ErrInvalid].
func (m *Manager) Add(ctx context.Context, group string, specs ...Spec) error {
	if len(specs) == 0 {
		return classify(&field.Error{Path: "specs", Want: "want at least one tracker"})
	}
	defs, err := m.define(specs)
	if err != nil {
		return classify(fmt.Errorf("add to group %q: %w", group, err))
	}
	return m.add(ctx, group, defs)
}

// define checks specs, and makes definitions of them that groups share.
func (m *Manager) define(specs []Spec) ([]*tracker.Definition, error) {
	defs := make([]*tracker.Definition, len(specs))
	for i, spec := range specs {
		d, err := m.engine.Definitions().New(spec)
		if err != nil {
			return nil, &SpecError{Name: spec.Name, Err: err}
		}
		defs[i] = d
	}
	return defs, nil
}

func (m *Manager) add(ctx context.Context, groupName string, defs []*tracker.Definition) error {
	return m.edit(ctx, groupName, func(g *group.Group, now int64) (group.Result, error) {
		return g.Add(defs, now)
	})
}

// Remove removes the named trackers of a group, all or none, with an [EventRemoved] each. A name that the group does not
// have is an [ErrNotFound]; no name is an [ErrInvalid], since [Manager.RemoveAll] is what removes all.
func (m *Manager) Remove(ctx context.Context, groupName string, names ...string) error {
	if err := checkNames(names, "RemoveAll removes all"); err != nil {
		return err
	}
	return m.remove(ctx, groupName, names)
}

// RemoveAll removes every tracker of a group. The group still exists: its version goes on, and it does not get the
// trackers of templates again.
func (m *Manager) RemoveAll(ctx context.Context, groupName string) error {
	return m.remove(ctx, groupName, nil)
}

func (m *Manager) remove(ctx context.Context, groupName string, names []string) error {
	return m.edit(ctx, groupName, func(g *group.Group, now int64) (group.Result, error) {
		return g.Remove(names, now)
	})
}

// Reset resets the named trackers of a group by hand, all or none, with an [EventReset] each. It revives trackers that are
// completed and were kept. A name that the group does not have is an [ErrNotFound]; no name is an [ErrInvalid], since
// [Manager.ResetAll] is what resets all.
func (m *Manager) Reset(ctx context.Context, groupName string, options ResetOptions, names ...string) error {
	if err := checkNames(names, "ResetAll resets all"); err != nil {
		return err
	}
	return m.reset(ctx, groupName, options, names)
}

// ResetAll resets every tracker of a group, like Reset.
func (m *Manager) ResetAll(ctx context.Context, groupName string, options ResetOptions) error {
	return m.reset(ctx, groupName, options, nil)
}

func (m *Manager) reset(ctx context.Context, groupName string, options ResetOptions, names []string) error {
	return m.edit(ctx, groupName, func(g *group.Group, now int64) (group.Result, error) {
		return g.Reset(names, options, now)
	})
}

// edit runs a change by hand on one group.
func (m *Manager) edit(ctx context.Context, groupName string, do func(g *group.Group, now int64) (group.Result, error)) error {
	return classify(m.engine.Edit(ctx, groupName, do))
}

// checkNames refuses a call that names no tracker; all says which call is for all of them.
func checkNames(names []string, all string) error {
	if len(names) == 0 {
		return classify(&field.Error{Path: "names", Want: "want at least one tracker name; " + all})
	}
	return nil
}
