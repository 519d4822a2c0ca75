package dictrack_test

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
	"github.com/dictrack/dictrack/record"
)

func TestIDHappensOnce(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", dictrack.Sum("a", "n", dictrack.Targets(100, 200)))
		first := f.track("g", object{"n": 5}, withID("x"))
		f.track("g", object{"n": 1})
		heard := f.hear()
		again := f.track("g", object{"n": 5}, withID("x"))
		if !again.Duplicate || again.Version != first.Version || again.Affected() != 0 || len(again.Events()) != 0 {
			t.Errorf("the repeated call: %+v, want a duplicate at version %d", again, first.Version)
		}
		if other := f.track("h", object{"n": 5}, withID("x")); other.Duplicate {
			t.Error("the id of one group counted in another")
		}
		expectLines(t, heard())
		f.expect("g", "a", "6/100")
	})
}

// TestIDWithoutEffect remembers calls that moved nothing.
func TestIDWithoutEffect(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		first := f.track("new", object{"n": 5}, withID("x"))
		f.add("new", dictrack.Sum("a", "n", dictrack.Targets(100)))
		again := f.track("new", object{"n": 5}, withID("x"))
		if !again.Duplicate || again.Version != first.Version || first.Version == 0 {
			t.Errorf("first %+v, again %+v", first, again)
		}
		f.expect("new", "a", "0/100")
	})
}

// TestIDReused tells the same data in another form from other data.
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
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", dictrack.Count("a", dictrack.Targets(100)))
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
		f.expect("g", "a", fmt.Sprint(len(cases), "/100"))
	})
}

// TestIDMapAndJSON is the same data, as a map and as text.
func TestIDMapAndJSON(t *testing.T) {
	f := open(t, nil)
	f.track("g", object{"n": uint8(1), "s": []string{"a"}, "f": float32(0.5)}, withID("x"))
	res, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(`{"f":5e-1,"n":1.0,"s":["a"]}`), ID: "x"})
	if err != nil || !res.Duplicate {
		t.Errorf("%+v, %v", res, err)
	}
}

// TestIDWindow forgets by the Manager's clock, whatever the time of the call.
func TestIDWindow(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.reopen(func(o *dictrack.Options) { o.IDWindow = time.Hour })
		f.add("g", dictrack.Count("a", dictrack.Targets(9)))
		f.track("g", nil, withID("x"), withTime(start.Add(-24*time.Hour)))
		f.clock.pass(time.Hour - time.Millisecond)
		if !f.track("g", nil, withID("x")).Duplicate {
			t.Error("forgotten before its time")
		}
		if err := f.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !f.track("g", nil, withID("x")).Duplicate {
			t.Error("swept away before its time")
		}
		f.clock.pass(time.Millisecond)
		if f.track("g", object{"other": "data"}, withID("x")).Duplicate {
			t.Error("remembered for longer than the window")
		}
		if !f.track("g", object{"other": "data"}, withID("x")).Duplicate {
			t.Error("not remembered the second time")
		}
		f.expect("g", "a", "2/9")
	})
}

// TestIDDefaultWindow is seven days.
func TestIDDefaultWindow(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.track("g", nil, withID("x"))
		f.clock.pass(7*24*time.Hour - time.Millisecond)
		if !f.track("g", nil, withID("x")).Duplicate {
			t.Error("forgotten within 7 days")
		}
		f.clock.pass(time.Millisecond)
		if f.track("g", nil, withID("x")).Duplicate {
			t.Error("remembered for more than 7 days")
		}
	})
}

func TestIDSurvivesReopening(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", dictrack.Count("a", dictrack.Targets(9)))
	first := f.track("g", object{"n": 1}, withID("x"))
	f.reopen()
	if again := f.track("g", object{"n": 1}, withID("x")); !again.Duplicate || again.Version != first.Version {
		t.Errorf("after reopening: %+v", again)
	}
	if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: object{"n": 2}, ID: "x"}); !errors.Is(err, dictrack.ErrIDReused) {
		t.Errorf("other data after reopening: %v", err)
	}
}

func TestIDForms(t *testing.T) {
	f := open(t, nil)
	for _, id := range []string{strings.Repeat("x", 256), "a\x00b"} {
		_, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}, ID: id})
		refused(t, err, "id: ")
	}
	for _, id := range []string{strings.Repeat("x", 255), " ", "ü:{}"} {
		f.track("g", nil, withID(id))
		if !f.track("g", nil, withID(id)).Duplicate {
			t.Errorf("id %q is not remembered", id)
		}
	}
	if f.track("g", nil, withID("")).Duplicate || f.track("g", nil, withID("")).Duplicate {
		t.Error("an empty id is none")
	}
	if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: object{"c": make(chan int)}, ID: "c"}); err == nil ||
		!strings.Contains(err.Error(), `"c"`) {
		t.Errorf("data without a JSON form: %v, want an error that names its place", err)
	}
}

// TestIDAfterUnknown makes calls again whose commits failed, before and after they were kept.
func TestIDAfterUnknown(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", dictrack.Count("a", dictrack.Targets(9)))
	f.store.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	f.store.AfterCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	for i, duplicate := range []bool{false, false, true} {
		res, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: object{"n": 1}, ID: "x"})
		if i < 2 && (!errors.Is(err, dictrack.ErrUnknown) || !errors.Is(err, faultstore.ErrInjected)) {
			t.Errorf("try %d: %v, want ErrUnknown and the cause", i, err)
		}
		if i == 2 && (err != nil || res.Duplicate != duplicate) {
			t.Errorf("try %d: %+v, %v, want a duplicate", i, res, err)
		}
	}
	f.expect("g", "a", "1/9")
}

// TestIDFromManyGoroutines happens once, and all others get its version.
func TestIDFromManyGoroutines(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", dictrack.Count("a", dictrack.Targets(1000)))
		var all sync.WaitGroup
		var first, version atomic.Int64
		for range 8 {
			all.Go(func() {
				for n := range 30 {
					res, err := f.Track(context.Background(), dictrack.Message{Group: "g", Data: object{"n": n}, ID: fmt.Sprint(n)})
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
		f.expect("g", "a", "30/1000")
		if first.Load() != 30 || version.Load() != 8*(2+31)*30/2 {
			t.Errorf("%d calls said they were the first; versions add up to %d", first.Load(), version.Load())
		}
	})
}
