package dictrack_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/limiter"
)

// Campaign analytics: clicks on a spring campaign, and what they sold, from the 1st to the 14th of March.
// The time of each visit comes from a log, so the Manager's clock is the log's.
func Example_campaignAnalytics() {
	now := time.Date(2026, time.February, 28, 0, 0, 0, 0, time.UTC)
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{
		Clock:         func() time.Time { return now },
		DisableTimers: true, // the clock moves only with the log
	})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	_, _ = m.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventLimited}, Handler: func(_ context.Context, e dictrack.Event) error {
		fmt.Printf("%s is over: %s %v\n", e.Group, e.Tracker.Name, e.Tracker.Progress)
		return nil
	}})
	window := limiter.Window(
		time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2026, time.March, 14, 23, 59, 59, 0, time.UTC))
	where := dictrack.Where(
		condition.In("country", "DE", "AT", "CH"),
		condition.ContainsFold("url", "utm_campaign=spring"),
		condition.HasItem("consent", "analytics"))
	err = m.Add(ctx, "spring",
		dictrack.Count("clicks", dictrack.Targets(1000), where, dictrack.Limiters(window)),
		dictrack.Sum("revenue", "cart.total", dictrack.Targets(50000), where, dictrack.Limiters(window)))
	if err != nil {
		log.Fatal(err)
	}

	visit := func(day int, country string, total float64) {
		now = time.Date(2026, time.March, day, 9, 30, 0, 0, time.UTC)
		_, err := m.Track(ctx, dictrack.Message{Group: "spring", Data: map[string]any{
			"country": country,
			"url":     "https://shop.example/?utm_campaign=Spring-Sale",
			"consent": []string{"necessary", "analytics"},
			"cart":    map[string]any{"total": total},
		}})
		if err != nil {
			log.Fatal(err)
		}
	}
	visit(0, "DE", 100) // the day before: too early, and no reason to be limited
	visit(1, "DE", 19.99)
	visit(2, "FR", 80) // not a country of the campaign
	visit(14, "CH", 45.01)
	visit(15, "AT", 30) // too late
	// Output:
	// spring is over: clicks 2
	// spring is over: revenue 65
}
