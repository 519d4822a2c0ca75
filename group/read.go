package group

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dictrack/dictrack/tracker"
)

// ErrNotFound means that the group has no tracker of that name.
var ErrNotFound = errors.New("no tracker of that name in the group")

// Snapshots returns snapshots of the named trackers, or of all when no name is given. It returns ErrNotFound when a
// name is unknown.
func (g *Group) Snapshots(names ...string) ([]tracker.Snapshot, error) {
	indexes, err := g.indexesOf(names)
	if err != nil {
		return nil, err
	}
	snaps := make([]tracker.Snapshot, len(indexes))
	for n, i := range indexes {
		snaps[n] = g.list.at(i).Snapshot(g.name, g.state(i))
	}
	return snaps, nil
}

// Definitions returns the definitions of the group's trackers, in order.
func (g *Group) Definitions() []*tracker.Definition {
	defs := make([]*tracker.Definition, 0, g.Len())
	for _, i := range g.indexes() {
		defs = append(defs, g.list.at(i))
	}
	return slices.Clip(defs)
}

// indexesOf returns the indexes of the named trackers, each once, or of all trackers when no name is given.
func (g *Group) indexesOf(names []string) ([]int, error) {
	if len(names) == 0 {
		return g.indexes(), nil
	}
	indexes := make([]int, 0, len(names))
	seen := make(map[int]bool, len(names))
	for _, name := range names {
		i, ok := g.find(name)
		if !ok {
			return nil, fmt.Errorf("tracker %q of group %q: %w", name, g.name, ErrNotFound)
		}
		if !seen[i] {
			seen[i] = true
			indexes = append(indexes, i)
		}
	}
	return indexes, nil
}
