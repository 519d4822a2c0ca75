package pebblestore_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/store/pebblestore"
)

// Progress is on disk before Track returns, and is there when the directory is opened again.
func Example() {
	ctx := context.Background()
	temp, err := os.MkdirTemp("", "dictrack")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(temp)
	dir := filepath.Join(temp, "trackers")

	for range 2 {
		store, err := pebblestore.Open(ctx, dir, pebblestore.Options{})
		if err != nil {
			log.Fatal(err)
		}
		m, err := dictrack.Open(ctx, dictrack.Options{Store: store}) // the Manager closes the store
		if err != nil {
			log.Fatal(err)
		}
		if err := m.SetTemplate("visits", dictrack.Count("visits", dictrack.Targets(10))); err != nil {
			log.Fatal(err)
		}
		res, err := m.Track(ctx, dictrack.Message{Group: "ann", Data: map[string]any{}})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("visits:", res.Changed()[0].Progress)
		if err := m.Close(ctx); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// visits: 1
	// visits: 2
}
