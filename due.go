package dictrack

import (
	"context"

	"github.com/dictrack/dictrack/cache"
)

// dueSource tells at most limit groups that are due at or before until, the earliest first.
type dueSource func(ctx context.Context, until int64, limit int) ([]dueGroup, error)

// dueSources are who keeps due times. Without any, all groups are in this process, which notes them by itself.
func (m *Manager) dueSources() []dueSource {
	var sources []dueSource
	if ahead, ok := m.options.Cache.(cache.Ahead); ok { // first: what leaves the cache meanwhile is in the store
		sources = append(sources, func(ctx context.Context, until int64, limit int) ([]dueGroup, error) {
			due, err := ahead.Due(ctx, until, limit)
			return dueGroups(due), err
		})
	}
	if m.options.Store != nil {
		sources = append(sources, m.dueInStore)
	}
	return sources
}

func (m *Manager) dueInStore(ctx context.Context, until int64, limit int) ([]dueGroup, error) {
	due, err := m.options.Store.Due(ctx, until, limit)
	groups := make([]dueGroup, len(due))
	for i, d := range due {
		groups[i] = dueGroup{d.Group, d.At}
	}
	return groups, err
}

func dueGroups(due []cache.Due) []dueGroup {
	groups := make([]dueGroup, len(due))
	for i, d := range due {
		groups[i] = dueGroup{d.Group, d.At}
	}
	return groups
}
