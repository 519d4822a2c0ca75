package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/examples/internal/history"
)

// TestFlights compares every event and where every tracker ends with what expected.py worked out from the
// same data without dictrack.
func TestFlights(t *testing.T) {
	want, err := history.Read("testdata/expected.json")
	if err != nil {
		t.Fatal(err)
	}
	a, err := open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close(t.Context())

	got := history.History{}
	a.OnAll(got.Note)
	if err := a.departAll(t.Context(), func(*dictrack.Result) {}); err != nil {
		t.Fatal(err)
	}
	if err := got.Finish(t.Context(), a.Manager); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("history (-expected.py +dictrack):\n%s", diff)
	}
}
