package dictrack

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/tracker"
)

// Add adds trackers to a group, all or none. A name that is taken is an ErrExists, a spec that is not
// allowed a *SpecError.
func (m *Manager) Add(ctx context.Context, group string, specs ...tracker.Spec) error {
	defs, err := m.define(specs)
	if err != nil {
		return fmt.Errorf("add to group %q: %w", group, err)
	}
	return m.add(ctx, group, defs)
}

// define makes definitions of specs.
func (m *Manager) define(specs []tracker.Spec) ([]*tracker.Definition, error) {
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
	return m.engine.Edit(ctx, groupName, func(g *group.Group, now int64) (group.Effect, error) {
		return g.Add(defs, now)
	})
}

// Get describes one tracker. An unknown name is an ErrNotFound.
func (m *Manager) Get(ctx context.Context, group, name string) (tracker.Snapshot, error) {
	snaps, err := m.List(ctx, group, name)
	if err != nil {
		return tracker.Snapshot{}, err
	}
	return snaps[0], nil
}

// List describes the named trackers of a group, or all of them, in the order they were added, when no
// name is given. An unknown name is an ErrNotFound; a group that nobody knows has no trackers.
func (m *Manager) List(ctx context.Context, groupName string, names ...string) (snaps []tracker.Snapshot, err error) {
	err = m.engine.Read(ctx, groupName, func(g *group.Group) error {
		snaps, err = g.Snapshots(names...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return snaps, nil
}

// Groups goes through the names of all groups that are known, in bytewise order. It ends with an error when they
// cannot be read. Groups that come and go meanwhile may be left out.
func (m *Manager) Groups(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := m.calls.Enter(1); err != nil {
			yield("", err)
			return
		}
		defer m.calls.Leave()
		const page = 1000
		for after := ""; ; {
			names, err := m.groupsAfter(ctx, after, page)
			if err != nil {
				yield("", fmt.Errorf("list groups: %w", err))
				return
			}
			for _, name := range names {
				if !yield(name, nil) {
					return
				}
			}
			if len(names) < page {
				return
			}
			after = names[len(names)-1]
		}
	}
}

// groupsAfter joins what the cache and the store know. Of each, the first names are enough for the first of both.
func (m *Manager) groupsAfter(ctx context.Context, after string, limit int) ([]string, error) {
	names, err := m.options.Cache.Groups(ctx, after, limit)
	if err != nil || m.options.Store == nil {
		return names, err
	}
	kept, err := m.options.Store.Groups(ctx, after, limit)
	if err != nil || len(names) == 0 {
		return kept, err
	}
	names = append(names, kept...)
	slices.Sort(names)
	names = slices.Compact(names)
	return names[:min(len(names), limit)], nil
}

// Remove removes the named trackers, all or none, with a Removed event each. No name, or one that is
// not there, is an error.
func (m *Manager) Remove(ctx context.Context, groupName string, names ...string) error {
	if len(names) == 0 {
		return &field.Error{Path: "names", Want: "want at least one tracker name; RemoveAll removes all"}
	}
	return m.remove(ctx, groupName, names)
}

// RemoveAll removes every tracker of a group. The group stays known: its version goes on, and templates
// are not given to it again.
func (m *Manager) RemoveAll(ctx context.Context, groupName string) error {
	return m.remove(ctx, groupName, nil)
}

func (m *Manager) remove(ctx context.Context, groupName string, names []string) error {
	return m.engine.Edit(ctx, groupName, func(g *group.Group, now int64) (group.Effect, error) {
		return g.Remove(names, now)
	})
}

// Reset resets the named trackers by hand, all or none, with a Reset event each. It revives completed
// ones that were kept. No name, or one that is not there, is an error.
func (m *Manager) Reset(ctx context.Context, groupName string, by tracker.ResetOptions, names ...string) error {
	if len(names) == 0 {
		return &field.Error{Path: "names", Want: "want at least one tracker name; ResetAll resets all"}
	}
	return m.reset(ctx, groupName, by, names)
}

// ResetAll resets every tracker of a group, like Reset.
func (m *Manager) ResetAll(ctx context.Context, groupName string, by tracker.ResetOptions) error {
	return m.reset(ctx, groupName, by, nil)
}

func (m *Manager) reset(ctx context.Context, groupName string, by tracker.ResetOptions, names []string) error {
	return m.engine.Edit(ctx, groupName, func(g *group.Group, now int64) (group.Effect, error) {
		return g.Reset(names, by, now)
	})
}

// Drain returns when Options.Store has all that was answered before the call. Only with a cache that is ahead of its
// store is there anything to wait for. When ctx ends first, or when the store can never have it, the error says which
// groups are missing.
func (m *Manager) Drain(ctx context.Context) error {
	if err := m.calls.Enter(1); err != nil {
		return err
	}
	defer m.calls.Leave()
	ahead, ok := m.options.Cache.(cache.Ahead)
	if !ok {
		return nil
	}
	if err := ahead.Drain(ctx); err != nil {
		return fmt.Errorf("drain the cache: %w", err)
	}
	return nil
}

// FlushEverything confirms a Flush.
const FlushEverything = "flush everything"

// Flush deletes every group, tracker and id, without events. Confirm must be FlushEverything, else it is
// an ErrNotConfirmed. Templates stay.
func (m *Manager) Flush(ctx context.Context, confirm string) error {
	if confirm != FlushEverything {
		return ErrNotConfirmed
	}
	if err := m.calls.Enter(1); err != nil {
		return err
	}
	defer m.calls.Leave()
	return m.options.Cache.Flush(ctx, func() error {
		if m.options.Store == nil {
			return nil
		}
		if err := m.options.Store.Flush(ctx); err != nil {
			return fmt.Errorf("flush the store: %w", err)
		}
		return nil
	})
}
