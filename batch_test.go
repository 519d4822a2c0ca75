package dictrack_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// TestBatchResultsInOrder mixes groups, forms of data, ids and messages that are refused.
func TestBatchResultsInOrder(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("a", dictrack.Sum("s", "n", dictrack.Targets(6, 100)))
		f.MustAdd("b", dictrack.Sum("s", "n", dictrack.Targets(100)))
		outs := f.TrackBatch(t.Context(), []dictrack.Message{
			{Group: "a", Data: managertest.Object{"n": 1}},
			{Group: "", Data: managertest.Object{"n": 1}},
			{Group: "b", JSON: []byte(`{"n":10}`)},
			{Group: "a", JSON: []byte(`{"n":`)},
			{Group: "a", Data: managertest.Object{"n": 5}, ID: "x"},
			{Group: "a", Data: managertest.Object{"n": 5}, ID: "x"},
			{Group: "a", Data: managertest.Object{"n": 6}, ID: "x"},
			{Group: "b", JSON: []byte(`{"n":20}`)},
			{Group: "c", Data: managertest.Object{"n": 1}},
			{Group: "b"},
			{Group: "b", Data: managertest.Object{"n": 7}, ID: "\x00"},
		})
		var got []string
		for _, out := range outs {
			switch {
			case errors.Is(out.Err, dictrack.ErrIDReused):
				got = append(got, "reused")
			case out.Err != nil:
				got = append(got, "refused")
			default:
				got = append(got, fmt.Sprint(out.Group, out.Version, len(out.Changed()), len(out.Events()), out.Duplicate))
			}
		}
		managertest.ExpectLines(t, got,
			"a2 1 0 false", "refused", "b2 1 0 false", "refused", "a3 1 2 false", "a3 0 0 true", "reused",
			"b3 1 0 false", "c0 0 0 false", "refused", "refused")
		f.ExpectProgress("a", "s", "6/100")
		f.ExpectProgress("b", "s", "30/100")
	})
}

// TestBatchIntoEarlierOutputs reuses the memory of earlier results: nothing of them remains.
func TestBatchIntoEarlierOutputs(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		many := make([]tracker.Spec, 100)
		for i := range many {
			many[i] = dictrack.Count(fmt.Sprint("c", i), dictrack.Targets(100))
		}
		f.MustAdd("few", many[:3]...)
		f.MustAdd("many", many...)
		var outs []dictrack.BatchResult
		memory := func() *dictrack.BatchResult { return &outs[:1][0] }
		inputs := func(groups ...string) (list []dictrack.Message) {
			for _, g := range groups {
				list = append(list, dictrack.Message{Group: g, Data: managertest.Object{}})
			}
			return list
		}
		outs = f.TrackBatchInto(t.Context(), outs, inputs("many", "few", "", "few"))
		first := memory()
		for _, groups := range [][]string{{"few", "many", "few"}, {"", "none", "many", "few"}, {"none", "few", "many"}} {
			outs = f.TrackBatchInto(t.Context(), outs, inputs(groups...))
			if len(outs) != len(groups) || memory() != first {
				t.Fatalf("%d outputs of %d inputs, or in other memory", len(outs), len(groups))
			}
			for i, g := range groups {
				want := map[string]int{"few": 3, "many": 100}[g]
				if out := &outs[i]; out.Affected() != want || len(out.Changed()) != want || out.Group != g || (out.Err != nil) != (g == "") {
					t.Errorf("%q: group %q, affected %d, changed %d, %v", g, out.Group, out.Affected(), len(out.Changed()), out.Err)
				}
			}
		}
	})
}

func TestEmptyBatch(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		if outs := f.TrackBatch(t.Context(), nil); len(outs) != 0 {
			t.Errorf("outputs %v of no inputs", outs)
		}
		outs := f.TrackBatch(t.Context(), []dictrack.Message{{}, {Group: "\x00"}})
		if len(outs) != 2 || outs[0].Err == nil || outs[1].Err == nil {
			t.Errorf("outputs %v", outs)
		}
	})
}

// TestBatchOrder checks that messages of one group are applied in order.
func TestBatchOrder(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		const groups, each = 40, 10
		var inputs []dictrack.Message
		for g := range groups {
			f.MustAdd(fmt.Sprint("g", g), dictrack.Count("a", dictrack.Targets(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)))
		}
		for n := range each {
			for g := range groups {
				inputs = append(inputs, dictrack.Message{Group: fmt.Sprint("g", g), Data: managertest.Object{"n": n}})
			}
		}
		for i, out := range f.TrackBatch(t.Context(), inputs) {
			n := i / groups
			if out.Err != nil || out.Group != inputs[i].Group || out.Version != uint64(n+2) || out.Changed()[0].Stage != n+2 {
				t.Fatalf("output %d: %+v, %v; want message %d of group %s", i, out.Result, out.Err, n, inputs[i].Group)
			}
		}
	})
}

// TestBatchJoinsCommits counts commits: one for each group would be a sync to disk each.
func TestBatchJoinsCommits(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	const groups, maxCommits = 400, 40
	var inputs []dictrack.Message
	for g := range groups {
		f.MustAdd(fmt.Sprint("g", g), dictrack.Count("a", dictrack.Targets(9)))
		inputs = append(inputs, dictrack.Message{Group: fmt.Sprint("g", g), Data: managertest.Object{}})
	}
	before := f.Store.Commits.Load()
	f.TrackBatch(t.Context(), inputs)
	if n := f.Store.Commits.Load() - before; n > maxCommits {
		t.Errorf("%d commits for a batch of %d groups, want at most %d", n, groups, maxCommits)
	}
}

// TestBatchFailsByGroup fails one group of a batch; the others are applied.
func TestBatchFailsByGroup(t *testing.T) {
	d := faultstore.New()
	f := managertest.New(t, d)
	f.MustAdd("a", dictrack.Count("t", dictrack.Targets(9)))
	f.MustAdd("b", dictrack.Count("t", dictrack.Targets(9)))
	f.MustReopen()
	d.BeforeLoad.Set(func(name string) error {
		if name == "a" {
			return faultstore.ErrInjected
		}
		return nil
	})
	outs := f.TrackBatch(t.Context(), []dictrack.Message{
		{Group: "a", Data: managertest.Object{}}, {Group: "b", Data: managertest.Object{}}, {Group: "a", Data: managertest.Object{}, ID: "x"},
	})
	for i, bad := range []bool{true, false, true} {
		if errors.Is(outs[i].Err, faultstore.ErrInjected) != bad || errors.Is(outs[i].Err, dictrack.ErrUnknown) {
			t.Errorf("output %d: %v", i, outs[i].Err)
		}
	}
	d.BeforeLoad.Clear()
	f.ExpectProgress("a", "t", "0/9")
	f.ExpectProgress("b", "t", "1/9")
	d.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	outs = f.TrackBatch(t.Context(), []dictrack.Message{{Group: "a", Data: managertest.Object{}}, {Group: "a", Data: managertest.Object{}}})
	for i := range outs {
		if !errors.Is(outs[i].Err, dictrack.ErrUnknown) {
			t.Errorf("output %d of a failed commit: %v", i, outs[i].Err)
		}
	}
	f.ExpectProgress("a", "t", "0/9")
}

// TestBatchTimes checks that each message has its own time.
func TestBatchTimes(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(9), dictrack.Limiters(limiter.Window(managertest.Start, managertest.Start.Add(time.Minute)))))
	outs := f.TrackBatch(t.Context(), []dictrack.Message{
		{Group: "g", Data: managertest.Object{}, Time: managertest.Start.Add(-time.Hour)},
		{Group: "g", Data: managertest.Object{}},
		{Group: "g", Data: managertest.Object{}, Time: managertest.Start.Add(time.Hour)},
		{Group: "g", Data: managertest.Object{}},
	})
	for i, want := range []int{0, 1, 1, 0} {
		if n := len(outs[i].Changed()); n != want {
			t.Errorf("message %d changed %d trackers, want %d", i, n, want)
		}
	}
	f.ExpectProgress("g", "a", "1/9")
}

// TestBatchEqualsSingleCalls compares the events of a batch with those of single calls.
func TestBatchEqualsSingleCalls(t *testing.T) {
	f := managertest.New(t, nil)
	specs := []tracker.Spec{
		dictrack.Count("a", dictrack.Targets(3, 5), dictrack.Where(condition.Eq("k", 1)), dictrack.Loop()),
		dictrack.Sum("b", "n", dictrack.Targets(20), dictrack.Limiters(limiter.Count(4))),
	}
	f.MustAdd("single", specs...)
	f.MustAdd("batch", specs...)
	var inputs []dictrack.Message
	var want []string
	for n := range 30 {
		data := managertest.Object{"k": n % 2, "n": n % 3}
		res := f.MustTrack("single", data)
		want = append(want, managertest.EventLines(res.Events())...)
		inputs = append(inputs, dictrack.Message{Group: "batch", Data: data})
	}
	var got []string
	for _, out := range f.TrackBatch(t.Context(), inputs) {
		got = append(got, managertest.EventLines(out.Events())...)
	}
	managertest.ExpectLines(t, got, want...)
	if len(want) < 5 {
		t.Errorf("only %d events were compared", len(want))
	}
}
