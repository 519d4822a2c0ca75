package memorycache_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache/memorycache"
	"github.com/dictrack/dictrack/store/memorystore"
)

// A Manager with more groups than the cache may hold: evicted groups are loaded again when they are used.
func Example() {
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{
		Cache: memorycache.New(memorycache.Options{MaxGroups: 100}),
		Store: memorystore.New(), // or pebblestore, pgstore, mongostore
	})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	for i := range 1000 {
		if err := m.Add(ctx, fmt.Sprint("user-", i), dictrack.Count("visits", dictrack.Targets(10))); err != nil {
			log.Fatal(err)
		}
	}
	res, err := m.Track(ctx, dictrack.Message{Group: "user-0", Data: map[string]any{}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Group, "has", res.Changed()[0].Progress, "visit")
	// Output:
	// user-0 has 1 visit
}
