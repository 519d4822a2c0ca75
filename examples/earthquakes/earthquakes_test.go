package main

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/examples/internal/history"
)

// TestEarthquakes compares every event and the final state of every tracker with what expected.py computed from the same
// quakes without dictrack. Reading them again must change nothing.
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
	_, _ = n.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error { got.Record(e); return nil }})
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

func Example() {
	main()
	// Output:
	// 2018-01-31 03:13:14  us  tsunami      1
	// 2018-01-31 20:01:50  ak  tsunami      1
	// 2018-02-04 15:06:21  us  strong      50
	// 2018-02-04 15:06:21  us  felt      1004
	// 2018-02-06 13:57:09  us  surveyed    50
	//
	// read the week; 0 quakes were duplicates
	//
	// read the week; 1707 quakes were duplicates
	//
	// network  quakes  mean depth
	// ak          297     31.7 km
	// ci          386      7.5 km
	// hv           46     19.4 km
	// mb           28      6.6 km
	// nc          370      4.1 km
	// nm            5      9.7 km
	// nn          260      7.6 km
	// pr           62     40.2 km
	// se            1      6.9 km
	// us          168     54.4 km
	// uu           33      4.3 km
	// uw           51      7.3 km
}
