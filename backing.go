package dictrack

import (
	"context"
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// backing is a store as a cache sees it: records become groups with shared definitions.
type backing struct {
	m     *Manager
	store store.Store
}

// Load implements cache.Backing.
func (b *backing) Load(ctx context.Context, name string) (*group.Group, error) {
	record, err := b.store.Load(ctx, name)
	if err != nil {
		return nil, err
	}
	if len(record.Layout) == 0 && !record.Fed {
		return group.New(name, record.Version), nil
	}
	defs, err := b.definitions(ctx, record.Layout)
	if err != nil {
		return nil, err
	}
	g, err := group.Restore(record, defs)
	if err != nil {
		return nil, &store.CorruptError{Record: fmt.Sprintf("group %q", name), Reason: err.Error()}
	}
	return g, nil
}

// Seen implements cache.Backing.
func (b *backing) Seen(ctx context.Context, name, id string) (group.Seen, bool, error) {
	return b.store.Seen(ctx, name, id)
}

// Persist implements cache.Backing.
func (b *backing) Persist(ctx context.Context, changes []*group.Change) error {
	return b.store.Commit(ctx, changes)
}

// definitions finds the definitions of a layout, reading those that nobody has in memory.
func (b *backing) definitions(ctx context.Context, layout []tracker.ID) ([]*tracker.Definition, error) {
	defs := make([]*tracker.Definition, len(layout))
	var missing []tracker.ID
	var places []int
	for i, id := range layout {
		if defs[i] = b.m.definitions.find(id); defs[i] == nil {
			missing = append(missing, id)
			places = append(places, i)
		}
	}
	if len(missing) == 0 {
		return defs, nil
	}
	texts, err := b.store.Definitions(ctx, missing)
	if err != nil {
		return nil, err
	}
	for n, text := range texts {
		d, err := b.m.readDefinition(missing[n], text)
		if corrupt := (*definitionError)(nil); errors.As(err, &corrupt) {
			return nil, &store.CorruptError{Record: "definition " + missing[n].String(), Reason: corrupt.reason}
		}
		if err != nil {
			return nil, fmt.Errorf("stored definition %s: %w", missing[n], err)
		}
		defs[places[n]] = d
	}
	return defs, nil
}
