package condition_test

import (
	"fmt"
	"time"

	"github.com/dictrack/dictrack/condition"
)

func ExampleIn() {
	countries := []string{"de", "at", "ch"}
	c := condition.In("country", countries...)
	fmt.Println(c, c.Match(map[string]any{"country": "at"}))
	forgotten := condition.In("country", countries)
	fmt.Println(forgotten.Err() != nil)
	// Output:
	// country in ["de","at","ch"] true
	// true
}

func ExampleCompare() {
	c := condition.Compare("order.total", condition.OpGe, 100)
	data := map[string]any{"order": struct {
		Total int `json:"total"`
	}{120}}
	fmt.Println(c, c.Match(data))
	// Output: order.total >= 100 true
}

func ExampleCondition_ID() {
	a, b := condition.Eq("n", 1), condition.Eq("n", 1.0)
	fmt.Println(a.ID(), a.ID() == b.ID())
	// Output: {"key":"n","op":"eq","value":1} true
}

func ExampleLt() {
	deadline := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
	c := condition.Lt("at", deadline) // its JSON form, which is a string
	fmt.Println(c)
	// Output: at < "2026-01-31T00:00:00Z"
}
