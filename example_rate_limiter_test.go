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
		Clock:       func() time.Time { return now },
		ManualSweep: true, // or else the Manager sweeps by itself
	})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	m.On(dictrack.Limited, func(e dictrack.Event) { fmt.Println("limited by", e.Limiter) })
	err = m.Add(ctx, "key-42", dictrack.Count("requests",
		dictrack.Targets(1_000_000_000),
		dictrack.Limit(limiter.Count(3), limiter.For(time.Minute))))
	if err != nil {
		log.Fatal(err)
	}
	request := func() {
		res, err := m.Track(ctx, "key-42", nil)
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
