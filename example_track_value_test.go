package dictrack_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
)

// TrackValue takes a Go value; conditions see its JSON form.
func ExampleManager_TrackValue() {
	type order struct {
		Total  float64 `json:"total"`
		Status string  `json:"status"`
	}
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	paid := dictrack.Where(condition.Eq("status", "paid"))
	if err := m.Add(ctx, "ann", dictrack.Sum("sales", "total", dictrack.Targets(100), paid)); err != nil {
		log.Fatal(err)
	}
	for _, o := range []order{{19.9, "paid"}, {50, "open"}, {30.1, "paid"}} {
		if _, err := m.TrackValue(ctx, dictrack.Message{Group: "ann"}, o); err != nil {
			log.Fatal(err)
		}
	}
	sales, err := m.Get(ctx, "ann", "sales")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sales.Progress, "of", sales.Target)
	// Output:
	// 50 of 100
}
