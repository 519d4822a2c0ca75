// Package connect opens the store and the cache that URLs name, so that a program can leave the choice to those who run
// it.
//
// A store is one of
//
//	memory:                              in this process; lost when it ends
//	file:PATH                            in this process; read from a file at the start and saved at the end
//	pebble:DIR                           in a directory of this machine, for one process at a time
//	mongodb://USER:PASSWORD@HOST,HOST/DATABASE
//	mongodb+srv://USER:PASSWORD@HOST/DATABASE
//	postgres://USER:PASSWORD@HOST/DATABASE
//
// and a cache one of
//
//	memory:                              in this process; a call returns when the store has its changes
//	memory:?write_behind=1s&changes=10000
//	                                     in this process; a call returns before the store has its changes, which it gets
//	                                     within a second; at most so many calls are in memory only
//	redis://USER:PASSWORD@HOST:PORT/DB   in Redis, shared by processes
//	redis+sentinel://HOST,HOST/NAME      in the Redis that Sentinels call NAME
//	redis+cluster://HOST,HOST/           in a Redis Cluster
//
// The schemes rediss, rediss+sentinel and rediss+cluster are the same over TLS. docs/operations.md lists the parameters,
// and what each pair of store and cache promises.
//
// No error shows the secrets of a URL: it holds the URL as Redact returns it.
//
// A build with the tag light has only memory: and file:, without the libraries of the others; it compiles in a third of
// the time.
package connect

import (
	"context"
	"errors"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/store"
)

// Open opens the store and the cache that two URLs name, and a Manager that has both. An empty URL leaves the store or
// the cache to o; what a URL names must not be in o as well. Closing the Manager closes the store and the cache; when
// Open fails, it has closed them, also those of o.
//
// The errors are those of Store, Cache and dictrack.Open. When ctx ends, Open gives up.
func Open(ctx context.Context, storeURL, cacheURL string, o dictrack.Options) (*dictrack.Manager, error) {
	if err := openBoth(ctx, storeURL, cacheURL, &o); err != nil {
		if o.Cache != nil {
			err = errors.Join(err, o.Cache.Close(ctx))
		}
		if o.Store != nil {
			err = errors.Join(err, o.Store.Close())
		}
		return nil, err
	}
	return dictrack.Open(ctx, o) // which closes both when it fails
}

// openBoth puts the store and the cache into o.
func openBoth(ctx context.Context, storeURL, cacheURL string, o *dictrack.Options) (err error) {
	if storeURL != "" && o.Store != nil {
		return &field.Error{Path: "options.Store", Want: "want none, since a URL names the store"}
	}
	if cacheURL != "" && o.Cache != nil {
		return &field.Error{Path: "options.Cache", Want: "want none, since a URL names the cache"}
	}
	how := Options{Logger: o.Logger}
	if storeURL != "" {
		if o.Store, err = Store(ctx, storeURL, how); err != nil {
			return err
		}
	}
	if cacheURL != "" {
		o.Cache, err = Cache(ctx, cacheURL, how)
	}
	return err
}

// Store opens the store that a URL names. The caller closes it, or gives it to a Manager. A URL that is invalid is a
// *URLError; other errors are those of the store. When ctx ends, Store gives up.
func Store(ctx context.Context, url string, o Options) (store.Store, error) {
	return stores().open(ctx, url, o)
}

// Cache opens the cache that a URL names. The caller closes it, or gives it to a Manager. A URL that is invalid is a
// *URLError; other errors are those of the cache. When ctx ends, Cache gives up.
func Cache(ctx context.Context, url string, o Options) (cache.Cache, error) {
	return caches().open(ctx, url, o)
}

func stores() *port[store.Store] {
	return &port[store.Store]{
		name: "store", defaultScheme: "pebble:",
		ofOther: func(scheme string) string { return nameIf(caches().find(scheme) != nil, "cache") },
		schemes: []scheme[store.Store]{
			{name: "memory", form: "memory:", open: openMemoryStore},
			{name: "file", form: "file:PATH", open: openFile},
			{name: "pebble", form: "pebble:DIR", open: openPebble},
			{name: "mongodb", form: "mongodb://USER@HOST/DATABASE", open: openMongo},
			{name: "mongodb+srv", form: "mongodb+srv://USER@HOST/DATABASE", open: openMongo},
			{name: "postgres", alias: "postgresql", form: "postgres://USER@HOST/DATABASE", open: openPostgres},
		},
	}
}

func caches() *port[cache.Cache] {
	return &port[cache.Cache]{
		name: "cache", defaultScheme: "redis://",
		ofOther: func(scheme string) string { return nameIf(stores().find(scheme) != nil, "store") },
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

func nameIf(has bool, name string) string {
	if has {
		return name
	}
	return ""
}

// Stores lists how the URLs of stores begin, for shells that complete them.
func Stores() []string { return stores().prefixes() }

// Caches lists how the URLs of caches begin.
func Caches() []string { return caches().prefixes() }
