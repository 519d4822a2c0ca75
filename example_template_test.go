package dictrack_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
)

// Every player gets the same quests, with the first data that comes for them.
func ExampleManager_SetTemplate() {
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	err = m.SetTemplate("quests",
		dictrack.Count("win-3", dictrack.Targets(3), dictrack.Where(condition.Eq("won", true))),
		dictrack.Sum("score-500", "score", dictrack.Targets(500)),
	)
	if err != nil {
		log.Fatal(err)
	}
	for _, player := range []string{"ann", "bob"} {
		if _, err := m.Track(ctx, dictrack.Message{Group: player, Data: map[string]any{"won": player == "ann", "score": 120}}); err != nil {
			log.Fatal(err)
		}
	}
	for player, err := range m.Groups(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		quests, err := m.ListAll(ctx, player)
		if err != nil {
			log.Fatal(err)
		}
		for _, q := range quests {
			fmt.Printf("%s %s %v of %v\n", player, q.Name, q.Progress, q.Target)
		}
	}
	// Output:
	// ann win-3 1 of 3
	// ann score-500 120 of 500
	// bob win-3 0 of 3
	// bob score-500 120 of 500
}
