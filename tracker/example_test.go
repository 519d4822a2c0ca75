package tracker_test

import (
	"fmt"
	"log"

	"github.com/dictrack/dictrack/tracker"
)

// A definition is made of a spec, or of its JSON form, and is the same either way.
func ExampleRegistry_Parse() {
	var registry *tracker.Registry // nil: only the built-in kinds
	d, err := registry.Parse(map[string]any{
		"name": "orders", "kind": "count", "targets": []any{int64(10)},
		"where": []any{map[string]any{"op": "eq", "key": "status", "value": "paid"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Name(), len(d.Spec().Where), "condition")
	// Output:
	// orders 1 condition
}
