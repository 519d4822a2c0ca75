package dictrack_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/dictrack/dictrack"
)

// A batch holds data of many groups. Each data with an ID happens once, however often it is sent: after a
// crash or a lost answer, send it again.
func ExampleManager_TrackBatch() {
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	points := dictrack.Sum("points", "points", dictrack.Targets(100))
	if err := m.SetTemplate("player", points); err != nil {
		log.Fatal(err)
	}
	outputs := m.TrackBatch(ctx, []dictrack.Message{
		{Group: "ann", ID: "game-1", Data: map[string]any{"points": 30}},
		{Group: "bob", ID: "game-2", JSON: []byte(`{"points": 12.5}`)},
		{Group: "ann", ID: "game-1", Data: map[string]any{"points": 30}}, // sent twice
		{Group: "ann", ID: "game-1", Data: map[string]any{"points": 99}}, // not the same game
	})
	for _, out := range outputs {
		switch {
		case errors.Is(out.Err, dictrack.ErrIDReused):
			fmt.Println("another game with the id of an earlier one")
		case out.Err != nil:
			log.Fatal(out.Err)
		case out.Duplicate:
			fmt.Println(out.Group, "known since version", out.Version)
		default:
			fmt.Println(out.Group, "has", out.Changed()[0].Progress)
		}
	}
	// Output:
	// ann has 30
	// bob has 12.5
	// ann known since version 1
	// another game with the id of an earlier one
}
