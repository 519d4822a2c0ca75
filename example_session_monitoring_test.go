package dictrack_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/dictrack/dictrack"
)

// Session monitoring: a session ends after half an hour without a click; every click gives it another half
// hour. With a clock of its own and DisableTimers, as in this example, time passes when the test says so;
// without them the Manager removes sessions by itself, at the right second.
func Example_sessionMonitoring() {
	now := time.Date(2026, time.March, 1, 9, 0, 0, 0, time.UTC)
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{
		Clock:         func() time.Time { return now },
		DisableTimers: true,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	_, _ = m.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventExpired}, Handler: func(_ context.Context, e dictrack.Event) error {
		fmt.Printf("%s ended at %s after %v clicks\n", e.Group, e.Time.Format("15:04"), e.Tracker.Progress)
		return nil
	}})
	const timeout = 30 * time.Minute
	for _, user := range []string{"ann", "bob"} {
		err := m.Add(ctx, user, dictrack.Count("session", dictrack.Targets(10_000), dictrack.ExpireAfter(timeout)))
		if err != nil {
			log.Fatal(err)
		}
	}
	click := func(user string) {
		if _, err := m.Track(ctx, dictrack.Message{Group: user, Data: map[string]any{"button": "next"}}); err != nil {
			log.Fatal(err)
		}
		if err := m.Update(ctx, user, "session", dictrack.SetExpireAfter(timeout)); err != nil {
			log.Fatal(err)
		}
	}
	click("ann")
	click("bob")
	for range 3 {
		now = now.Add(20 * time.Minute)
		if err := m.Sweep(ctx); err != nil {
			log.Fatal(err)
		}
		click("ann")
	}
	session, err := m.Get(ctx, "ann", "session")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("ann has until", session.ExpireAt.Format("15:04"))
	// Output:
	// bob ended at 09:40 after 1 clicks
	// ann has until 10:30
}
