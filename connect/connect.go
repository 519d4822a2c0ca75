// Package connect opens the store and the cache that a URL names, so that a program can leave the choice to those who
// run it.
//
// A store is one of
//
//	memory:                              gone with the process
//	pebble:DIR                           a directory of this machine, for one process at a time
//	mongodb://USER:PASSWORD@HOST,HOST/DATABASE
//	mongodb+srv://USER:PASSWORD@HOST/DATABASE
//	postgres://USER:PASSWORD@HOST/DATABASE
//
// and a cache one of
//
//	memory:                              in this process; a call is answered when the store has what it did
//	memory:?write_behind=1s&changes=10000
//	                                     in this process; a call is answered before, and the store has it after a second
//	                                     at most; never more than so many calls are only in memory
//	redis://USER:PASSWORD@HOST:PORT/DB   shared by processes, in one Redis
//	redis+sentinel://HOST,HOST/NAME      the same, in the one that Sentinels call NAME
//	redis+cluster://HOST,HOST/           the same, in a Redis Cluster
//
// The schemes rediss, rediss+sentinel and rediss+cluster are the same over TLS. docs/operations.md lists the parameters,
// and says what each pair promises.
//
// Secrets in a URL are shown to nobody: errors hold it as Redact leaves it.
package connect

import (
	"context"
	"log/slog"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/store"
)

// Options say what a URL does not. The zero Options are usable.
type Options struct {
	// Logger hears what no caller is told. Defaults to silence. A cache uses that of its Manager.
	Logger *slog.Logger
	// Existing opens a directory only where there is a store in it; an empty one, or none, is a *MissingError. Other
	// stores are there whenever they answer. Defaults to off: a directory is made if need be.
	Existing bool
}

// Store opens the store that a URL names; the caller closes it, or gives it to a Manager. A URL that is wrong is a
// *URLError; other errors are those of the store, and say why it cannot be used and what to do. When ctx ends, Store
// gives up.
func Store(ctx context.Context, url string, o Options) (store.Store, error) {
	return open(ctx, stores(), url, o)
}

// Cache opens the cache that a URL names; the caller closes it, or gives it to a Manager. A URL that is wrong is a
// *URLError; other errors are those of the cache. When ctx ends, Cache gives up.
func Cache(ctx context.Context, url string, o Options) (cache.Cache, error) {
	return open(ctx, caches(), url, o)
}

func stores() port[store.Store] {
	return port[store.Store]{
		name: "store", bare: "pebble:",
		schemes: []scheme[store.Store]{
			{name: "memory", form: "memory:", open: openMemoryStore},
			{name: "pebble", form: "pebble:DIR", open: openPebble},
			{name: "mongodb", form: "mongodb://USER@HOST/DATABASE", open: openMongo},
			{name: "mongodb+srv", form: "mongodb+srv://USER@HOST/DATABASE", open: openMongo},
			{name: "postgres", also: "postgresql", form: "postgres://USER@HOST/DATABASE", open: openPostgres},
		},
	}
}

func caches() port[cache.Cache] {
	return port[cache.Cache]{
		name: "cache", bare: "redis://",
		schemes: []scheme[cache.Cache]{
			{name: "memory", form: "memory:", open: openMemoryCache},
			{name: "redis", form: "redis://HOST:PORT/DB", open: openRedis},
			{name: "rediss", form: "rediss://HOST:PORT/DB", open: openRedis},
			{name: "redis+sentinel", form: "redis+sentinel://HOST,HOST/NAME", open: openRedis},
			{name: "rediss+sentinel", form: "rediss+sentinel://HOST,HOST/NAME", open: openRedis},
			{name: "redis+cluster", form: "redis+cluster://HOST,HOST/", open: openRedis},
			{name: "rediss+cluster", form: "rediss+cluster://HOST,HOST/", open: openRedis},
		},
	}
}

// Stores lists how the URL of a store begins, for shells that complete it.
func Stores() []string { p := stores(); return p.beginnings() }

// Caches lists how the URL of a cache begins.
func Caches() []string { p := caches(); return p.beginnings() }
