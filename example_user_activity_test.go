package dictrack_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
)

// User activity: a badge for 1, 3 and 5 logins, and one for an hour of reading.
func Example_userActivity() {
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	badge := func(e dictrack.Event) {
		fmt.Printf("%s gets a badge for %v %s\n", e.Group, e.Tracker.Target, e.Tracker.Name)
	}
	_, _ = m.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventStageCompleted}, Handler: func(_ context.Context, e dictrack.Event) error { badge(e); return nil }})
	_, _ = m.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventAllCompleted}, Handler: func(_ context.Context, e dictrack.Event) error { badge(e); return nil }})

	err = m.Add(ctx, "alice",
		dictrack.Count("logins",
			dictrack.Targets(1, 3, 5),
			dictrack.Where(condition.Eq("action", "login"))),
		dictrack.Sum("minutes", "minutes",
			dictrack.Targets(60),
			dictrack.Where(condition.Eq("action", "read"))),
	)
	if err != nil {
		log.Fatal(err)
	}
	for range 4 {
		for _, activity := range []map[string]any{
			{"action": "login"},
			{"action": "read", "minutes": 12.5},
			{"action": "logout"},
		} {
			if _, err := m.Track(ctx, dictrack.Message{Group: "alice", Data: activity}); err != nil {
				log.Fatal(err)
			}
		}
	}
	all, err := m.ListAll(ctx, "alice")
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range all {
		fmt.Printf("%s: %v of %v\n", t.Name, t.Progress, t.Target)
	}
	// Output:
	// alice gets a badge for 1 logins
	// alice gets a badge for 3 logins
	// logins: 4 of 5
	// minutes: 50 of 60
}
