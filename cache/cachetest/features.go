package cachetest

import (
	"testing"
	"time"

	"github.com/dictrack/dictrack/cache"
)

// Features is what a cache can do beyond what every one must.
type Features struct {
	// MemoryOnly says that the cache works without a store. It is then the only place where groups live.
	MemoryOnly bool
	// GroupCommits says that changes of many groups at the same time reach the store in few commits.
	GroupCommits bool
	// WriteBehind says that a call returns before the store has its change.
	WriteBehind bool
	// Shared opens another cache that shares its groups with an open one. Nil: the cache shares nothing.
	Shared func(cache.Cache) cache.Cache
	// Backing makes the store behind the cache, new and empty, for one test. The suite stands between the two. Default: a
	// store in memory.
	Backing func(t *testing.T) Truncater
	// StartWithin is the time after which no test starts any more: later ones are skipped, and topics run in random
	// order, so that each has its turn. Default: all tests run.
	StartWithin time.Duration
}

// Truncater is a store behind a cache that can be emptied. Versions of new groups then start above all versions so far.
type Truncater interface {
	cache.BackingStore
	Truncate() error
}
