package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// loader is a store as a cache sees it: it makes groups of records, with shared definitions.
type loader struct {
	store       store.Store
	definitions *Definitions
	observer    Observer
}

var _ cache.Settling = (*loader)(nil)

// Load implements cache.Backing.
func (l *loader) Load(ctx context.Context, name string) (*group.Group, error) {
	return l.load(ctx, name, l.store.Load)
}

// LoadSettled implements cache.Settling.
func (l *loader) LoadSettled(ctx context.Context, name string) (*group.Group, error) {
	if s, ok := l.store.(store.Settling); ok {
		return l.load(ctx, name, s.LoadSettled)
	}
	return l.Load(ctx, name)
}

// load makes a group of the record that read returns.
func (l *loader) load(ctx context.Context, name string, read func(context.Context, string) (*group.Record, error)) (*group.Group, error) {
	began := start(l.observer.Loaded != nil)
	record, err := read(ctx, name)
	if l.observer.Loaded != nil {
		l.observer.Loaded(time.Since(began), err)
	}
	if err != nil {
		return nil, err
	}
	if len(record.Layout) == 0 && !record.Fed {
		return group.New(name, record.Version), nil
	}
	defs, err := l.resolve(ctx, record.Layout)
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
func (l *loader) Seen(ctx context.Context, name, id string) (group.Seen, bool, error) {
	return l.store.Seen(ctx, name, id)
}

// Persist implements cache.Backing.
func (l *loader) Persist(ctx context.Context, changes []*group.Change) error {
	began := start(l.observer.Committed != nil)
	err := l.store.Commit(ctx, changes)
	if l.observer.Committed != nil {
		l.observer.Committed(len(changes), time.Since(began), err)
	}
	return err
}

// resolve finds the definitions of a layout, and reads those that nobody in this process uses.
func (l *loader) resolve(ctx context.Context, layout []tracker.ID) ([]*tracker.Definition, error) {
	defs := make([]*tracker.Definition, len(layout))
	var missing []tracker.ID
	var indexes []int
	for i, id := range layout {
		if defs[i] = l.definitions.Find(id); defs[i] == nil {
			missing = append(missing, id)
			indexes = append(indexes, i)
		}
	}
	if len(missing) == 0 {
		return defs, nil
	}
	texts, err := l.store.Definitions(ctx, missing)
	if err != nil {
		return nil, err
	}
	for n, text := range texts {
		d, err := l.definitions.Read(missing[n], text)
		if corrupt := (*definitionError)(nil); errors.As(err, &corrupt) {
			return nil, &store.CorruptError{Record: "definition " + missing[n].String(), Reason: corrupt.reason}
		}
		if err != nil {
			return nil, fmt.Errorf("stored definition %s: %w", missing[n], err)
		}
		defs[indexes[n]] = d
	}
	return defs, nil
}
