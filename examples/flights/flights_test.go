package main

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/examples/internal/history"
)

// TestFlights compares every event and the final state of every tracker with what expected.py computed from the same
// flights without dictrack.
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
	record := func(_ context.Context, e dictrack.Event) error {
		got.Record(e)
		return nil
	}
	if _, err := a.Subscribe(dictrack.Subscription{Handler: record}); err != nil {
		t.Fatal(err)
	}
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

func Example() {
	main()
	// Output:
	// 2001-02-05 22:26:00  ORD  late-departures     100
	// 2001-02-11 16:35:00  DFW  late-departures     100
	// 2001-02-16 19:44:00  LAX  late-departures     100
	// 2001-02-19 16:13:00  ATL  late-departures     100
	// 2001-02-21 21:40:00  PHX  late-departures     100
	// 2001-02-23 22:10:00  STL  late-departures     100
	// 2001-02-24 11:07:00  DFW  miles            500803
	// 2001-02-26 06:35:00  ORD  miles            500189
	// 2001-02-27 11:08:00  LAX  miles            500997
	// 2001-03-09 23:32:00  LAS  late-departures     100
	// 2001-03-15 12:37:00  DEN  late-departures     100
	// 2001-03-22 08:06:00  ATL  miles            501264
	// 2001-03-23 18:42:00  BOS  late-departures     100
	// 2001-03-24 07:41:00  SEA  late-departures     100
	// 2001-03-25 21:22:00  DTW  late-departures     100
	// 2001-03-26 06:57:00  EWR  late-departures     100
	// 2001-03-29 18:14:00  PHL  late-departures     100
	// 2001-03-29 18:42:00  PHX  miles            501027
	//
	// 20000 flights changed trackers 62845 times
	//
	// DFW
	//   late-departures  stage 3 of 3, cycle  1, 100 of 100
	//   vouchers         stage 1 of 1, cycle 34, 2223 of 25000
	//   twenty-a-week    stage 1 of 1, cycle 56, 3 of 20
	//   first-hundred    stage 1 of 1, cycle  1, 76453 of 1000000
	//   to-hawaii        stage 2 of 3, cycle  1, 5 of 10
	//
	// ORD
	//   late-departures  stage 3 of 3, cycle  1, 100 of 100
	//   vouchers         stage 1 of 1, cycle 34, 6177 of 25000
	//   twenty-a-week    stage 1 of 1, cycle 55, 15 of 20
	//   first-hundred    stage 1 of 1, cycle  1, 75697 of 1000000
	//   to-hawaii        stage 1 of 3, cycle  1, 0 of 1
	//
	// ATL
	//   late-departures  stage 3 of 3, cycle  1, 100 of 100
	//   vouchers         stage 1 of 1, cycle 23, 4023 of 25000
	//   twenty-a-week    stage 1 of 1, cycle 43, 6 of 20
	//   first-hundred    stage 1 of 1, cycle  1, 69808 of 1000000
	//   to-hawaii        stage 1 of 3, cycle  1, 0 of 1
}
