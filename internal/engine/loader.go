package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// loader is a store as a cache sees it: it makes groups of records, with shared definitions.
type loader struct {
	store       store.Store
	definitions *Definitions
	observer    Observer
}

var _ cache.InDoubtLoader = (*loader)(nil)

// Load implements cache.BackingStore.
func (l *loader) Load(ctx context.Context, name string) (*group.Group, error) {
	return l.load(ctx, name, l.store.Load)
}

// LoadAfterInDoubt implements cache.InDoubtLoader.
func (l *loader) LoadAfterInDoubt(ctx context.Context, name string) (*group.Group, error) {
	if s, ok := l.store.(store.InDoubtLoader); ok {
		return l.load(ctx, name, s.LoadAfterInDoubt)
	}
	return l.Load(ctx, name)
}

// load makes a group of the record that read returns.
func (l *loader) load(ctx context.Context, name string, read func(context.Context, string) (*record.Group, error)) (*group.Group, error) {
	began := start(l.observer.Loaded != nil)
	r, err := read(ctx, name)
	if l.observer.Loaded != nil {
		l.observer.Loaded(time.Since(began), err)
	}
	if err != nil {
		return nil, err
	}
	if !r.Exists() {
		return group.New(name, r.Version), nil
	}
	defs, err := l.resolve(ctx, r.Layout)
	if err != nil {
		return nil, err
	}
	g, err := group.Restore(r, defs)
	if err != nil {
		return nil, &record.CorruptError{Record: fmt.Sprintf("group %q", name), Reason: err.Error()}
	}
	return g, nil
}

// FindMessageID implements cache.BackingStore.
func (l *loader) FindMessageID(ctx context.Context, name, id string) (record.MessageID, bool, error) {
	return l.store.FindMessageID(ctx, name, id)
}

// Persist implements cache.BackingStore.
func (l *loader) Persist(ctx context.Context, changes []*record.Change) error {
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
			return nil, &record.CorruptError{Record: "definition " + missing[n].String(), Reason: corrupt.reason}
		}
		if err != nil {
			return nil, fmt.Errorf("stored definition %s: %w", missing[n], err)
		}
		defs[indexes[n]] = d
	}
	return defs, nil
}
