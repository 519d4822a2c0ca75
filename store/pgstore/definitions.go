package pgstore

import (
	"maps"
	"slices"

	"github.com/dictrack/dictrack/internal/boundedmap"
	"github.com/dictrack/dictrack/tracker"
)

// definitionCache remembers which definitions are in the database. They are never removed, so they need not be
// written again.
type definitionCache = boundedmap.Map[tracker.ID, struct{}]

const maxCachedDefinitions = 1 << 16

// unwritten returns the IDs of those definitions that may not be in the database, sorted: commits that insert the
// same rows in the same order cannot deadlock.
func (c *columns) unwritten(cache *definitionCache) []tracker.ID {
	ids := cache.Missing(maps.Keys(c.definitions))
	slices.SortFunc(ids, func(a, b tracker.ID) int { return slices.Compare(a[:], b[:]) })
	return ids
}

// markWritten remembers that definitions are in the database.
func markWritten(cache *definitionCache, ids []tracker.ID) {
	for _, id := range ids {
		cache.Put(id, struct{}{})
	}
}
