package dictrack_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dictrack/dictrack"
)

// A subscription selects events by kind, group and tracker, until it is cancelled.
func ExampleManager_Subscribe() {
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	cancel, err := m.Subscribe(dictrack.Subscription{
		Kinds: []dictrack.EventKind{dictrack.EventStageCompleted, dictrack.EventAllCompleted},
		Handler: func(_ context.Context, e dictrack.Event) error {
			fmt.Println(e.Group, e.Tracker.Name, e.Kind, e.Tracker.Progress)
			return nil
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := m.Add(ctx, "ann", dictrack.Count("visits", dictrack.Targets(1, 2))); err != nil {
		log.Fatal(err)
	}
	for range 2 {
		if _, err := m.Track(ctx, dictrack.Message{Group: "ann", Data: map[string]any{}}); err != nil {
			log.Fatal(err)
		}
	}
	cancel()
	// Output:
	// ann visits STAGE_COMPLETED 1
	// ann visits ALL_COMPLETED 2
}
