package dictrack_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/tracker"
)

// Order processing: paid orders are added up, a customer becomes silver at 100 and gold 200 later.
// Each stage starts with what was left over from the last one. Sums are decimal: no cent is lost.
func Example_orderProcessing() {
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	_, _ = m.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error {
		fmt.Printf("%s at stage %d: %v of %v\n", e.Kind, e.Tracker.Stage, e.Tracker.Progress, e.Tracker.Target)
		return nil
	}})
	err = m.Add(ctx, "customer-7", dictrack.Sum("loyalty", "order.total",
		dictrack.Targets(100, 200),
		dictrack.Where(condition.Eq("order.status", "paid")),
		dictrack.Reset(tracker.ResetProgress),
		dictrack.Carry()))
	if err != nil {
		log.Fatal(err)
	}
	orders := []string{
		`{"order": {"id": "A1", "status": "paid", "total": 33.1}}`,
		`{"order": {"id": "A2", "status": "paid", "total": 33.6}}`,
		`{"order": {"id": "A3", "status": "open", "total": 500}}`,
		`{"order": {"id": "A4", "status": "paid", "total": 33.6}}`,
		`{"order": {"id": "A5", "status": "paid", "total": null}}`, // no number, no step
		`{"order": {"id": "A6", "status": "paid", "total": "249.99"}}`,
	}
	for _, order := range orders {
		if _, err := m.Track(ctx, dictrack.Message{Group: "customer-7", JSON: []byte(order)}); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// ADDED at stage 1: 0 of 100
	// STAGE_COMPLETED at stage 1: 100.3 of 100
	// RESET at stage 2: 0.3 of 200
	// ALL_COMPLETED at stage 2: 250.29 of 200
}
