// Command quickstart counts the messages of a robot. It is the program in README.md.
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
)

func main() {
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{}) // in memory; see "Where the state is"
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	_, err = m.Subscribe(dictrack.Subscription{
		Kinds: []dictrack.EventKind{dictrack.EventStageCompleted},
		Handler: func(_ context.Context, e dictrack.Event) error {
			fmt.Println("event:", e.Group, "reached", e.Tracker.Target, "of", e.Tracker.Name)
			return nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	err = m.Add(ctx, "Robot001", dictrack.Count("active-days",
		dictrack.Targets(2, 50), dictrack.Where(condition.Eq("status", "active"))))
	if err != nil {
		log.Fatal(err)
	}
	for _, id := range []string{"monday", "tuesday", "tuesday"} { // the last one is sent twice
		res, err := m.Track(ctx, dictrack.Message{
			Group: "Robot001", ID: id, Data: map[string]any{"status": "active"},
		})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(id, "changed", len(res.Changed()), "trackers, duplicate:", res.Duplicate)
	}
	tracker, err := m.Get(ctx, "Robot001", "active-days")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(tracker)
}
