package timers

import (
	"context"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/store"
)

// Due says when the clock changes a group next.
type Due struct {
	Group string
	At    int64 // Unix milliseconds
}

// Source returns at most limit groups that are due at or before until, in Unix milliseconds, the earliest first.
type Source func(ctx context.Context, until int64, limit int) ([]Due, error)

// Sources are the cache and the store as far as they know due times. Without any, all groups are in this process, which
// schedules them itself. S may be nil.
func Sources(c cache.Cache, s store.Store) (sources []Source) {
	if behind, ok := c.(cache.WriteBehind); ok { // first: what leaves the cache meanwhile is in the store
		sources = append(sources, func(ctx context.Context, until int64, limit int) ([]Due, error) {
			return convert(behind.Due(ctx, until, limit))
		})
	}
	if s != nil {
		sources = append(sources, func(ctx context.Context, until int64, limit int) ([]Due, error) {
			return convert(s.Due(ctx, until, limit))
		})
	}
	return sources
}

// convert makes Due of what a port says.
func convert[D ~struct {
	Group string
	At    int64
}](list []D, err error) ([]Due, error) {
	due := make([]Due, len(list))
	for i, d := range list {
		due[i] = Due(d)
	}
	return due, err
}
