package writebehind_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache/writebehind"
	"github.com/dictrack/dictrack/store/memorystore"
)

// A write-behind cache acknowledges messages before the store has them. Sync waits until it has.
func Example() {
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{
		Cache: writebehind.New(writebehind.Options{MaxDelay: 100 * time.Millisecond}),
		Store: memorystore.New(), // or pebblestore, pgstore, mongostore
	})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	if err := m.Add(ctx, "ann", dictrack.Count("visits", dictrack.Targets(10))); err != nil {
		log.Fatal(err)
	}
	for range 3 {
		if _, err := m.Track(ctx, dictrack.Message{Group: "ann", Data: map[string]any{}}); err != nil {
			log.Fatal(err)
		}
	}
	if err := m.Sync(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stored")
	// Output:
	// stored
}
