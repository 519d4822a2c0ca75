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
	return b.loaded(ctx, name, b.store.Load)
}

// LoadSettled implements cache.Settling.
func (b *backing) LoadSettled(ctx context.Context, name string) (*group.Group, error) {
	if s, ok := b.store.(store.Settling); ok {
		return b.loaded(ctx, name, s.LoadSettled)
	}
	return b.Load(ctx, name)
}

// loaded is the group of a record.
func (b *backing) loaded(ctx context.Context, name string, load func(context.Context, string) (*group.Record, error)) (*group.Group, error) {
	record, err := load(ctx, name)
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
