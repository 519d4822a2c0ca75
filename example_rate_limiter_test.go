package dictrack_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

// Rate limiting: a key may make three requests, all within a minute. Then it waits until somebody resets
// it. The target is never reached: only the limiters matter.
func Example_rateLimiter() {
	now := time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC)
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{
		Clock:         func() time.Time { return now },
		DisableTimers: true, // or else the Manager sweeps by itself
	})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	_, _ = m.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventLimited}, Handler: func(_ context.Context, e dictrack.Event) error { fmt.Println("limited by", e.Limiter); return nil }})
	err = m.Add(ctx, "key-42", dictrack.Count("requests",
		dictrack.Targets(1_000_000_000),
		dictrack.Limiters(limiter.Count(3), limiter.For(time.Minute))))
	if err != nil {
		log.Fatal(err)
	}
	request := func() {
		res, err := m.Track(ctx, dictrack.Message{Group: "key-42", Data: map[string]any{}})
		if err != nil {
			log.Fatal(err)
		}
		if len(res.Changed()) > 0 {
			fmt.Println("200 OK")
		} else {
			fmt.Println("429 Too Many Requests")
		}
	}
	for range 4 {
		request()
	}

	// The next minute starts when the limiters are reset; this one with a smaller allowance.
	by := tracker.ResetOptions{Limit: limiter.NewLimit(2)}
	if err := m.Reset(ctx, "key-42", by, "requests"); err != nil {
		log.Fatal(err)
	}
	request()

	now = now.Add(61 * time.Second)
	if err := m.Sweep(ctx); err != nil {
		log.Fatal(err)
	}
	request()
	// Output:
	// 200 OK
	// 200 OK
	// limited by count
	// 200 OK
	// 429 Too Many Requests
	// 200 OK
	// limited by time
	// 429 Too Many Requests
}
