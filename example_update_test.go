package dictrack_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/tracker"
)

// A living tracker is changed by edits, all of them or none. Progress that reaches a target completes its
// stage at once.
func ExampleManager_Update() {
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	if err := m.Add(ctx, "ann", dictrack.Count("steps", dictrack.Targets(1000))); err != nil {
		log.Fatal(err)
	}
	_, _ = m.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error {
		fmt.Println(e.Kind, "at stage", e.Tracker.Stage, "with", e.Tracker.Progress)
		return nil
	}})
	err = m.Update(ctx, "ann", "steps",
		dictrack.AddTargets(5000, 10000),
		dictrack.SetReset(tracker.ResetNone),
		dictrack.SetProgress(6000),
	)
	if err != nil {
		log.Fatal(err)
	}
	steps, err := m.Get(ctx, "ann", "steps")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(steps.Progress, "of", steps.Target)

	err = m.Update(ctx, "ann", "stairs", dictrack.SetProgress(1))
	fmt.Println(errors.Is(err, dictrack.ErrNotFound))
	// Output:
	// STAGE_COMPLETED at stage 1 with 6000
	// STAGE_COMPLETED at stage 2 with 6000
	// 6000 of 10000
	// true
}
