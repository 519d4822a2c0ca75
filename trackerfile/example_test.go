package trackerfile_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/trackerfile"
)

// A definition file becomes the template of all groups.
func ExampleParse() {
	definitions, err := trackerfile.Parse("trackers.yaml", []byte(`
trackers:
  - name: late-departures
    kind: count
    where:
      - {op: ge, key: delay, value: 15}
    targets: [10, 50, 100]
`), nil)
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	if err := m.SetTemplate("file", tracker.Specs(definitions)...); err != nil {
		log.Fatal(err)
	}
	res, err := m.Track(ctx, dictrack.Message{Group: "LHR", Data: map[string]any{"delay": 20}})
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range res.Changed() {
		fmt.Println(s.Name, s.Progress, "of", s.Target)
	}
	// Output:
	// late-departures 1 of 10
}
