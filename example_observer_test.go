package dictrack_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/dictrack/dictrack"
)

// An Observer counts messages for metrics. Its functions are called from many goroutines; this program has one.
func ExampleObserver() {
	ctx := context.Background()
	var total, failures int
	m, err := dictrack.Open(ctx, dictrack.Options{Observer: dictrack.Observer{
		Tracked: func(messages, failed int, _ time.Duration) {
			total += messages
			failures += failed
		},
	}})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	m.TrackBatch(ctx, []dictrack.Message{
		{Group: "ann", Data: map[string]any{"points": 3}},
		{Group: "bob", Data: map[string]any{"points": 5}},
		{Group: "eve", JSON: []byte(`{"points":`)},
	})
	fmt.Println(total, "messages,", failures, "failed")
	// Output:
	// 3 messages, 1 failed
}
