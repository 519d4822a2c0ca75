//go:build local

package connect

import (
	"context"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/store"
)

// A build with the tag local leaves out the clients of all servers, and so takes half the time.
const noServers = "this build has no Redis, PostgreSQL or MongoDB; build without -tags local"

func openRedis(_ context.Context, a address, _ Options) (cache.Cache, error) {
	return nil, &URLError{Of: "cache", URL: Redact(a.url), Reason: noServers}
}

func openMongo(_ context.Context, a address, _ Options) (store.Store, error) {
	return nil, &URLError{Of: "store", URL: Redact(a.url), Reason: noServers}
}

func openPostgres(_ context.Context, a address, _ Options) (store.Store, error) {
	return nil, &URLError{Of: "store", URL: Redact(a.url), Reason: noServers}
}
