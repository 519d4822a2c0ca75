package pgstore_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/store/pgstore"
)

// A Manager keeps its groups in PostgreSQL. What was tracked is there for the next process.
func Example() {
	ctx := context.Background()
	url := server.URL() // as in postgres://dictrack:secret@db.example.com/dictrack
	for range 2 {
		st, err := pgstore.Open(ctx, url, pgstore.Options{Schema: "example"})
		if err != nil {
			log.Fatal(err)
		}
		m, err := dictrack.Open(ctx, dictrack.Options{Store: st})
		if err != nil {
			log.Fatal(err)
		}
		if err := m.SetTemplate("quests", dictrack.Count("logins", dictrack.Targets(10))); err != nil {
			log.Fatal(err)
		}
		if _, err := m.Track(ctx, dictrack.Message{Group: "Robot001", Data: map[string]any{"event": "login"}}); err != nil {
			log.Fatal(err)
		}
		logins, err := m.Get(ctx, "Robot001", "logins")
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("logins:", logins.Progress)
		if err := m.Close(ctx); err != nil { // and with it the store
			log.Fatal(err)
		}
	}
	// Output:
	// logins: 1
	// logins: 2
}
