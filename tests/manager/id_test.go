package manager_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/record"
)

// TestIDIsAppliedOnce repeats an id: the second message is a duplicate and changes nothing.
func TestIDIsAppliedOnce(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", dictrack.Sum("a", "n", dictrack.Targets(100, 200)))
		first := f.MustTrack("g", managertest.Object{"n": 5}, managertest.WithID("x"))
		f.MustTrack("g", managertest.Object{"n": 1})
		events := f.CollectEvents()
		again := f.MustTrack("g", managertest.Object{"n": 5}, managertest.WithID("x"))
		if !again.Duplicate || again.Version != first.Version || again.Affected() != 0 || len(again.Events()) != 0 {
			t.Errorf("the repeated call: %+v, want a duplicate at version %d", again, first.Version)
		}
		if other := f.MustTrack("h", managertest.Object{"n": 5}, managertest.WithID("x")); other.Duplicate {
			t.Error("the id of one group counted in another")
		}
		managertest.ExpectLines(t, events())
		f.ExpectProgress("g", "a", "6/100")
	})
}

// TestIDWithoutEffect remembers the ids of messages that changed no tracker.
func TestIDWithoutEffect(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		first := f.MustTrack("new", managertest.Object{"n": 5}, managertest.WithID("x"))
		f.MustAdd("new", dictrack.Sum("a", "n", dictrack.Targets(100)))
		again := f.MustTrack("new", managertest.Object{"n": 5}, managertest.WithID("x"))
		if !again.Duplicate || again.Version != first.Version || first.Version == 0 {
			t.Errorf("first %+v, again %+v", first, again)
		}
		f.ExpectProgress("new", "a", "0/100")
	})
}

// TestIDReused repeats ids: with the same data in another JSON form it is a duplicate, with other data an error.
func TestIDReused(t *testing.T) {
	cases := []struct {
		first, again string
		same         bool
	}{
		{`{"n":1,"s":"x"}`, `{ "s" : "x", "n" : 1 }`, true},
		{`{"n":1}`, `{"n":1.0}`, true},
		{`{"n":100}`, `{"n":1e2}`, true},
		{`{"n":0.1}`, `{"n":0.10}`, true},
		{`{"s":"ü\u0041"}`, `{"s":"\u00fcA"}`, true},
		{`{"l":[1,2],"o":{"a":1,"b":2}}`, `{"o":{"b":2,"a":1},"l":[1,2]}`, true},
		{`{"n":1}`, `{"n":2}`, false},
		{`{"n":1}`, `{"n":"1"}`, false},
		{`{"n":1}`, `{"n":true}`, false},
		{`{"n":null}`, `{}`, false},
		{`{"l":[1,2]}`, `{"l":[2,1]}`, false},
		{`{"n":9007199254740993}`, `{"n":9007199254740992}`, false},
	}
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", dictrack.Count("a", dictrack.Targets(100)))
		for i, c := range cases {
			id := fmt.Sprint(i)
			first, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(c.first), ID: id})
			if err != nil {
				t.Fatal(err)
			}
			again, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(c.again), ID: id})
			if c.same && (err != nil || !again.Duplicate || again.Version != first.Version) {
				t.Errorf("%s and %s: %+v, %v; want a duplicate", c.first, c.again, again, err)
			}
			if !c.same && (!errors.Is(err, dictrack.ErrIDReused) || !strings.Contains(err.Error(), fmt.Sprintf("%q", fmt.Sprint(i)))) {
				t.Errorf("%s and %s: %v, want an ErrIDReused that names the id", c.first, c.again, err)
			}
		}
		f.ExpectProgress("g", "a", fmt.Sprint(len(cases), "/100"))
	})
}

// TestIDMapAndJSON repeats an id with the same data as a map and as JSON.
func TestIDMapAndJSON(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustTrack("g", managertest.Object{"n": uint8(1), "s": []string{"a"}, "f": float32(0.5)}, managertest.WithID("x"))
	res, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(`{"f":5e-1,"n":1.0,"s":["a"]}`), ID: "x"})
	if err != nil || !res.Duplicate {
		t.Errorf("%+v, %v", res, err)
	}
}

// TestIDWindow expires ids by the Manager's clock, not by the message's time.
func TestIDWindow(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustReopen(func(o *dictrack.Options) { o.IDWindow = time.Hour })
		f.MustAdd("g", dictrack.Count("a", dictrack.Targets(9)))
		f.MustTrack("g", nil, managertest.WithID("x"), managertest.WithTime(managertest.Start.Add(-24*time.Hour)))
		f.Clock.Advance(time.Hour - time.Millisecond)
		if !f.MustTrack("g", nil, managertest.WithID("x")).Duplicate {
			t.Error("expired too early")
		}
		if err := f.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !f.MustTrack("g", nil, managertest.WithID("x")).Duplicate {
			t.Error("deleted by Sweep too early")
		}
		f.Clock.Advance(time.Millisecond)
		if f.MustTrack("g", managertest.Object{"other": "data"}, managertest.WithID("x")).Duplicate {
			t.Error("remembered for longer than the window")
		}
		if !f.MustTrack("g", managertest.Object{"other": "data"}, managertest.WithID("x")).Duplicate {
			t.Error("not remembered the second time")
		}
		f.ExpectProgress("g", "a", "2/9")
	})
}

// TestIDDefaultWindow checks that ids are remembered for seven days.
func TestIDDefaultWindow(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustTrack("g", nil, managertest.WithID("x"))
		f.Clock.Advance(7*24*time.Hour - time.Millisecond)
		if !f.MustTrack("g", nil, managertest.WithID("x")).Duplicate {
			t.Error("expired within 7 days")
		}
		f.Clock.Advance(time.Millisecond)
		if f.MustTrack("g", nil, managertest.WithID("x")).Duplicate {
			t.Error("remembered for more than 7 days")
		}
	})
}

func TestIDSurvivesReopening(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(9)))
	first := f.MustTrack("g", managertest.Object{"n": 1}, managertest.WithID("x"))
	f.MustReopen()
	if again := f.MustTrack("g", managertest.Object{"n": 1}, managertest.WithID("x")); !again.Duplicate || again.Version != first.Version {
		t.Errorf("after reopening: %+v", again)
	}
	if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: managertest.Object{"n": 2}, ID: "x"}); !errors.Is(err, dictrack.ErrIDReused) {
		t.Errorf("other data after reopening: %v", err)
	}
}

func TestIDValues(t *testing.T) {
	f := managertest.New(t, nil)
	for _, id := range []string{strings.Repeat("x", 256), "a\x00b"} {
		_, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}, ID: id})
		managertest.ExpectFieldError(t, err, "id: ")
	}
	for _, id := range []string{strings.Repeat("x", 255), " ", "ü:{}"} {
		f.MustTrack("g", nil, managertest.WithID(id))
		if !f.MustTrack("g", nil, managertest.WithID(id)).Duplicate {
			t.Errorf("id %q is not remembered", id)
		}
	}
	if f.MustTrack("g", nil, managertest.WithID("")).Duplicate || f.MustTrack("g", nil, managertest.WithID("")).Duplicate {
		t.Error("an empty id was remembered")
	}
	if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: managertest.Object{"c": make(chan int)}, ID: "c"}); err == nil ||
		!strings.Contains(err.Error(), `"c"`) {
		t.Errorf("data without a JSON form: %v, want an error that names the path", err)
	}
}

// TestIDAfterUnknown repeats calls whose commits failed, before and after the store applied them.
func TestIDAfterUnknown(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(9)))
	f.Store.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	f.Store.AfterCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	for i, duplicate := range []bool{false, false, true} {
		res, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: managertest.Object{"n": 1}, ID: "x"})
		if i < 2 && (!errors.Is(err, dictrack.ErrUnknown) || !errors.Is(err, faultstore.ErrInjected)) {
			t.Errorf("try %d: %v, want ErrUnknown and the cause", i, err)
		}
		if i == 2 && (err != nil || res.Duplicate != duplicate) {
			t.Errorf("try %d: %+v, %v, want a duplicate", i, res, err)
		}
	}
	f.ExpectProgress("g", "a", "1/9")
}

// TestIDFromManyGoroutines repeats ids concurrently: each is applied once, and all duplicates return its version.
func TestIDFromManyGoroutines(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", dictrack.Count("a", dictrack.Targets(1000)))
		var all sync.WaitGroup
		var first, version atomic.Int64
		for range 8 {
			all.Go(func() {
				for n := range 30 {
					res, err := f.Track(context.Background(), dictrack.Message{Group: "g", Data: managertest.Object{"n": n}, ID: fmt.Sprint(n)})
					if err != nil {
						t.Error(err)
					}
					if !res.Duplicate {
						first.Add(1)
					}
					version.Add(int64(res.Version))
				}
			})
		}
		all.Wait()
		f.ExpectProgress("g", "a", "30/1000")
		if first.Load() != 30 || version.Load() != 8*(2+31)*30/2 {
			t.Errorf("%d calls said they were the first; versions add up to %d", first.Load(), version.Load())
		}
	})
}
