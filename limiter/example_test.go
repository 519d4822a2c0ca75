package limiter_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/limiter"
)

// A count limiter allows a number of steps. Then the tracker is limited until it is reset.
func ExampleCount() {
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	err = m.Add(ctx, "ann", dictrack.Count("coupons", dictrack.Targets(100), dictrack.Limiters(limiter.Count(2))))
	if err != nil {
		log.Fatal(err)
	}
	for range 3 {
		res, err := m.Track(ctx, dictrack.Message{Group: "ann", Data: map[string]any{}})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("changed:", len(res.Changed()), "limited:", len(res.Limited()))
	}
	// Output:
	// changed: 1 limited: 0
	// changed: 1 limited: 1
	// changed: 0 limited: 1
}
