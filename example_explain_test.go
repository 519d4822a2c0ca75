package dictrack_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
)

// Why does this order not count? Explain says what each condition saw, and changes nothing.
func ExampleManager_Explain() {
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	err = m.Add(ctx, "ann", dictrack.Count("big-orders", dictrack.Targets(5), dictrack.Where(
		condition.In("country", "de", "at", "ch"),
		condition.Ge("order.total", 100),
		condition.NotExists("cancelled"),
	)))
	if err != nil {
		log.Fatal(err)
	}
	explanations, err := m.Explain(ctx, dictrack.Message{Group: "ann", Data: map[string]any{
		"country": "de",
		"order":   map[string]any{"total": 99.5},
	}})
	if err != nil {
		log.Fatal(err)
	}
	for _, x := range explanations {
		fmt.Printf("%s: %v\n", x.Before.Name, x.Outcome)
		for _, j := range x.Conditions {
			fmt.Println(j.Condition.ID(), "saw", j.Value.Any(), j.Holds)
		}
	}
	// Output:
	// big-orders: same
	// {"key":"country","op":"in","value":["de","at","ch"]} saw de true
	// {"key":"order.total","op":"ge","value":100} saw 99.5 false
	// {"key":"cancelled","op":"not_exists"} saw <nil> true
}
