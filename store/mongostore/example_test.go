package mongostore_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/store/mongostore"
)

func Example() {
	ctx := context.Background()
	url := server.URL() // as mongodb://dictrack:secret@db.example.com/
	st, err := mongostore.Open(ctx, url, mongostore.Options{Database: "dictrack_test_example"})
	if err != nil {
		log.Fatal(err)
	}
	m, err := dictrack.Open(ctx, dictrack.Options{Store: st})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx) // and with it the store

	if err := m.Add(ctx, "Robot001", dictrack.Count("Demo-1", dictrack.Targets(10, 50))); err != nil {
		log.Fatal(err)
	}
	res, err := m.Track(ctx, dictrack.Message{Group: "Robot001", Data: map[string]any{"id": 1}, ID: "message-1"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(res.Affected(), "tracker moved")
	// Output: 1 tracker moved
}
