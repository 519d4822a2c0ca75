package dictrack

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/group"
)

// Get returns one tracker of a group. A name that the group does not have is an [ErrNotFound].
func (m *Manager) Get(ctx context.Context, group, name string) (Snapshot, error) {
	all, err := m.List(ctx, group, name)
	if err != nil {
		return Snapshot{}, err
	}
	return all[0], nil
}

// List returns the named trackers of a group, in the order of the names and as of one moment. A name that the group does
// not have is an [ErrNotFound]; no name is an [ErrInvalid], since [Manager.ListAll] is what returns all.
func (m *Manager) List(ctx context.Context, groupName string, names ...string) ([]Snapshot, error) {
	if err := checkNames(names, "ListAll returns all"); err != nil {
		return nil, err
	}
	return m.list(ctx, groupName, names)
}

// ListAll returns all trackers of a group, in the order they were added and as of one moment. A group that does not exist
// has none.
func (m *Manager) ListAll(ctx context.Context, groupName string) ([]Snapshot, error) {
	return m.list(ctx, groupName, nil)
}

func (m *Manager) list(ctx context.Context, groupName string, names []string) (all []Snapshot, err error) {
	err = m.read(ctx, groupName, func(g *group.Group) (err error) {
		all, err = g.Snapshots(names...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// Exists reports whether a group has had a message or a tracker since the last Flush.
func (m *Manager) Exists(ctx context.Context, groupName string) (exists bool, err error) {
	err = m.read(ctx, groupName, func(g *group.Group) error {
		exists = g.Exists()
		return nil
	})
	return exists, err
}

// read calls look with a group, which it must not change.
func (m *Manager) read(ctx context.Context, groupName string, look func(g *group.Group) error) error {
	return classify(m.engine.Read(ctx, groupName, look))
}

// Groups returns the names of all groups that exist, in bytewise order. It ends with an error when they cannot be read.
// Groups that appear or disappear meanwhile may be left out.
func (m *Manager) Groups(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		const page = 1000
		for after := ""; ; {
			names, err := m.GroupsAfter(ctx, after, page)
			if err != nil {
				yield("", err)
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

// GroupsAfter returns at most limit names of groups that exist, in bytewise order, after the name given: a page of
// Groups, with the last name of the page before as a cursor. An empty name starts at the beginning; fewer names than the
// limit are the last ones. A limit below 1 is an [ErrInvalid].
func (m *Manager) GroupsAfter(ctx context.Context, after string, limit int) ([]string, error) {
	if limit < 1 {
		return nil, classify(&field.Error{Path: "limit", Value: limit, Want: "want at least 1"})
	}
	if err := m.calls.Enter(1); err != nil {
		return nil, err
	}
	defer m.calls.Leave()
	names, err := m.groupsAfter(ctx, after, limit)
	if err != nil {
		return nil, fmt.Errorf("list groups: %w", err)
	}
	return names, nil
}

// groupsAfter merges the groups of the cache and those of the store. The first names of each are enough for the first of
// both.
func (m *Manager) groupsAfter(ctx context.Context, after string, limit int) ([]string, error) {
	names, err := m.options.Cache.Groups(ctx, after, limit)
	if err != nil || m.options.Store == nil {
		return names, err
	}
	stored, err := m.options.Store.Groups(ctx, after, limit)
	if err != nil || len(names) == 0 {
		return stored, err
	}
	names = append(names, stored...)
	slices.Sort(names)
	names = slices.Compact(names)
	return names[:min(len(names), limit)], nil
}
