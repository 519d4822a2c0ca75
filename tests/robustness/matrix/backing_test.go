package matrix

import (
	"context"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// backing is a store as a cache sees it, without what the Manager adds.
type backing struct{ store.Store }

// Load implements cache.BackingStore.
func (b backing) Load(ctx context.Context, name string) (*group.Group, error) {
	record, err := b.Store.Load(ctx, name)
	if err != nil {
		return nil, err
	}
	if len(record.Layout) == 0 && !record.Initialized {
		return group.New(name, record.Version), nil
	}
	texts, err := b.Definitions(ctx, record.Layout)
	if err != nil {
		return nil, err
	}
	definitions := make([]*tracker.Definition, len(texts))
	for i, text := range texts {
		if definitions[i], err = parse(text); err != nil {
			return nil, err
		}
	}
	return group.Restore(record, definitions)
}

func parse(text []byte) (*tracker.Definition, error) {
	v, err := rawjson.Decode(text)
	if err != nil {
		return nil, err
	}
	return (*tracker.Registry)(nil).Parse(v)
}

// Persist implements cache.BackingStore.
func (b backing) Persist(ctx context.Context, changes []*record.Change) error {
	return b.Commit(ctx, changes)
}

// Truncate implements cachetest.Emptied.
func (b backing) Truncate() error { return b.Flush(context.Background()) }
