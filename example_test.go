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

	m.On(dictrack.AllCompleted, func(e dictrack.Event) {
		fmt.Printf("%s: %s is done at %v\n", e.Group, e.Tracker.Name, e.Tracker.Progress)
	})
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
		if _, err := m.Track(ctx, "Robot001", data); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// Robot001: Demo-1 is done at 10
}
