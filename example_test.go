package dictrack_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
)

// Robot001 is done when it has reported ten times that it is active.
func Example() {
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	_, _ = m.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventAllCompleted}, Handler: func(_ context.Context, e dictrack.Event) error {
		fmt.Printf("%s: %s is done at %v\n", e.Group, e.Tracker.Name, e.Tracker.Progress)
		return nil
	}})
	err = m.Add(ctx, "Robot001", dictrack.Count("Demo-1",
		dictrack.Targets(10), dictrack.Where(condition.Eq("status", "active"))))
	if err != nil {
		log.Fatal(err)
	}
	for i := range 11 {
		data := map[string]any{"id": i, "status": "active"}
		if i == 0 {
			data["status"] = "starting"
		}
		if _, err := m.Track(ctx, dictrack.Message{Group: "Robot001", Data: data}); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// Robot001: Demo-1 is done at 10
}
