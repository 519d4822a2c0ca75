package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack/examples/internal/history"
)

// TestEarthquakes compares every event and where every tracker ends with what expected.py worked out from
// the same data without dictrack. Reading the data again must change nothing of it.
func TestEarthquakes(t *testing.T) {
	want, err := history.Read("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	n, err := open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close(t.Context())

	got := history.History{}
	n.OnAll(got.Note)
	for _, known := range []int{0, 1707} {
		duplicates, err := n.report(t.Context(), data)
		if err != nil || duplicates != known {
			t.Fatalf("reported with %d duplicates and error %v, want %d and none", duplicates, err, known)
		}
		if err := got.Finish(t.Context(), n.Manager); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("history (-expected.py +dictrack):\n%s", diff)
		}
	}
}
