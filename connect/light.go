//go:build light

package connect

import (
	"context"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/store"
)

// notInLight is the reason why a light build cannot open a URL.
const notInLight = "this is a light build, which has only memory: and file:; build without -tags light"

func openRedis(_ context.Context, a address, _ Options) (cache.Cache, error) {
	return nil, &URLError{Of: "cache", URL: Redact(a.url), Reason: notInLight}
}

func openMongo(_ context.Context, a address, _ Options) (store.Store, error) {
	return nil, &URLError{Of: "store", URL: Redact(a.url), Reason: notInLight}
}

func openPostgres(_ context.Context, a address, _ Options) (store.Store, error) {
	return nil, &URLError{Of: "store", URL: Redact(a.url), Reason: notInLight}
}

func openPebble(_ context.Context, a address, _ Options) (store.Store, error) {
	return nil, storeURLError(a, notInLight)
}
