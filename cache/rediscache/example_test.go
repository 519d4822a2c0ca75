package rediscache_test

import (
	"context"
	"log"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache/rediscache"
	"github.com/dictrack/dictrack/store/pgstore"
)

// Several processes share one Redis, which writes behind to PostgreSQL: each may track messages of any group.
func Example() {
	ctx := context.Background()
	cache, err := rediscache.Open(ctx, "redis://localhost:6379", rediscache.Options{})
	if err != nil {
		log.Fatal(err)
	}
	store, err := pgstore.Open(ctx, "postgres://localhost/dictrack", pgstore.Options{})
	if err != nil {
		log.Fatal(err)
	}
	m, err := dictrack.Open(ctx, dictrack.Options{Cache: cache, Store: store})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	if _, err := m.Track(ctx, dictrack.Message{Group: "ann", ID: "order-1", Data: map[string]any{"total": 30}}); err != nil {
		log.Fatal(err)
	}
}
