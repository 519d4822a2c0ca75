package dictrack_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/internal/managertest"
)

// TestErrInvalid checks that mistakes of callers, and no other errors, are ErrInvalid. None of them changes anything.
func TestErrInvalid(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 9))
		track := func(m dictrack.Message) error { _, err := f.Track(t.Context(), m); return err }
		cases := map[string]error{
			"no data":            track(dictrack.Message{Group: "g"}),
			"both forms of data": track(dictrack.Message{Group: "g", Data: managertest.Object{}, JSON: []byte("{}")}),
			"no group":           track(dictrack.Message{Data: managertest.Object{}}),
			"broken JSON":        track(dictrack.Message{Group: "g", JSON: []byte(`{"a":`)}),
			"a list":             track(dictrack.Message{Group: "g", JSON: []byte(`[]`)}),
			"broken JSON, id":    track(dictrack.Message{Group: "g", ID: "x", JSON: []byte(`{"a":`)}),
			"a long id":          track(dictrack.Message{Group: "g", ID: string(make([]byte, 300)), Data: managertest.Object{}}),
			"no specs":           f.Add(t.Context(), "g"),
			"a wrong spec":       f.Add(t.Context(), "g", dictrack.Count("b")),
			"no names to remove": f.Remove(t.Context(), "g"),
			"no names to reset":  f.Reset(t.Context(), "g", dictrack.ResetOptions{}),
			"no change":          f.Update(t.Context(), "g", "a"),
			"an empty change":    f.Update(t.Context(), "g", "a", dictrack.UpdateOption{}),
			"no targets to add":  f.Update(t.Context(), "g", "a", dictrack.AddTargets[int]()),
		}
		_, cases["no names to list"] = f.List(t.Context(), "g")
		_, cases["a page of nothing"] = f.GroupsAfter(t.Context(), "", 0)
		_, cases["no data to explain"] = f.Explain(t.Context(), dictrack.Message{Group: "g"})
		_, cases["a value without JSON form"] = f.TrackValue(t.Context(), dictrack.Message{Group: "g"}, func() {})
		for name, err := range cases {
			if !errors.Is(err, dictrack.ErrInvalid) || errors.Is(err, dictrack.ErrUnavailable) {
				t.Errorf("%s: %v, want an ErrInvalid", name, err)
			}
		}
		for name, err := range map[string]error{
			"a name that exists": f.Add(t.Context(), "g", managertest.Count("a", 9)),
			"an unknown name":    f.Remove(t.Context(), "g", "b"),
		} {
			if err == nil || errors.Is(err, dictrack.ErrInvalid) {
				t.Errorf("%s: %v, want another error", name, err)
			}
		}
		f.ExpectProgress("g", "a", "0/9")
	})
}

// TestDataError says where broken data is broken; a mistake in a field names the field.
func TestDataError(t *testing.T) {
	f := managertest.New(t, nil)
	_, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(`{"a":}`)})
	if data := (*dictrack.DataError)(nil); !errors.As(err, &data) {
		t.Errorf("%v, want a DataError", err)
	}
	_, err = f.Track(t.Context(), dictrack.Message{Data: managertest.Object{}})
	if wrong := (*dictrack.FieldError)(nil); !errors.As(err, &wrong) || wrong.Path != "group" {
		t.Errorf("%v, want a FieldError about the group", err)
	}
}

// TestTrackValue reads a value of any Go type as its JSON form.
func TestTrackValue(t *testing.T) {
	type order struct {
		Amount int    `json:"amount"`
		State  string `json:"state"`
	}
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", dictrack.Sum("sum", "amount", dictrack.Targets(100), dictrack.Where(condition.Eq("state", "paid"))))
		for range 2 {
			res, err := f.TrackValue(t.Context(), dictrack.Message{Group: "g", ID: "order-1"}, order{30, "paid"})
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Duplicate
		}
		f.ExpectProgress("g", "sum", "30/100")
	})
}

// TestTrackInto replaces an earlier result, also by an error.
func TestTrackInto(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustAdd("g", managertest.Count("a", 9))
	var res dictrack.Result
	for n := range 3 {
		if err := f.TrackInto(t.Context(), managertest.Message("g", nil), &res); err != nil || res.Affected() != 1 || res.Version != uint64(n+2) {
			t.Errorf("%+v, %v", res.Version, err)
		}
	}
	if err := f.TrackInto(t.Context(), dictrack.Message{Group: "g"}, &res); err == nil || res.Affected() != 0 || res.Group != "g" {
		t.Errorf("after an error %d trackers, group %q, %v", res.Affected(), res.Group, err)
	}
}

// TestExists checks that a group exists after the first change.
func TestExists(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 9))
		for group, want := range map[string]bool{"g": true, "h": false} {
			if got, err := f.Exists(t.Context(), group); err != nil || got != want {
				t.Errorf("group %q exists: %v, %v; want %v", group, got, err, want)
			}
		}
	})
}

// TestGroupsAfter lists all groups in pages.
func TestGroupsAfter(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		var want []string
		for i := range 25 {
			name := fmt.Sprintf("g%02d", i)
			f.MustAdd(name, managertest.Count("a", 9))
			want = append(want, name)
		}
		var got []string
		for after := ""; ; after = got[len(got)-1] {
			page, err := f.GroupsAfter(t.Context(), after, 10)
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, page...); len(page) < 10 {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
}

// TestSubscription delivers the events of the kinds, the group and the tracker that are asked for, and refuses what does
// not exist.
func TestSubscription(t *testing.T) {
	f := managertest.New(t, nil)
	var got []string
	collect := func(_ context.Context, e dictrack.Event) error {
		got = append(got, fmt.Sprint(e.Kind, " ", e.Group, " ", e.Tracker.Name))
		return errors.New("logged, and nothing else")
	}
	cancel, err := f.Subscribe(dictrack.Subscription{
		Kinds: []dictrack.EventKind{dictrack.EventAllCompleted}, Group: "g", Tracker: "a", Handler: collect,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, group := range []string{"g", "h"} {
		f.MustAdd(group, managertest.Count("a", 1), managertest.Count("b", 1))
		f.MustTrack(group, nil)
	}
	managertest.ExpectLines(t, got, "ALL_COMPLETED g a")
	cancel()
	f.MustAdd("g", managertest.Count("a", 1))
	f.MustTrack("g", nil)
	managertest.ExpectLines(t, got, "ALL_COMPLETED g a")
	for name, s := range map[string]dictrack.Subscription{
		"no handler":      {},
		"an unknown kind": {Kinds: []dictrack.EventKind{"COMPLETED"}, Handler: collect},
	} {
		if _, err := f.Subscribe(s); !errors.Is(err, dictrack.ErrInvalid) {
			t.Errorf("%s: %v, want an ErrInvalid", name, err)
		}
		if _, err := dictrack.Open(t.Context(), dictrack.Options{Subscriptions: []dictrack.Subscription{s}}); !errors.Is(err, dictrack.ErrInvalid) {
			t.Errorf("Open with %s: %v, want an ErrInvalid", name, err)
		}
	}
}

// TestObserver measures messages, commits, loads and timers.
func TestObserver(t *testing.T) {
	got := map[string]int{}
	observer := dictrack.Observer{
		Tracked: func(messages, failed int, _ time.Duration) {
			got["messages"] += messages
			got["failed"] += failed
		},
		Committed:   func(groups int, _ time.Duration, err error) { got["commits"] += groups },
		Loaded:      func(_ time.Duration, err error) { got["loads"]++ },
		TimersFired: func(groups int, _ time.Duration, err error) { got["timers"] += groups },
	}
	f := managertest.New(t, faultstore.New(), func(o *dictrack.Options) { o.Observer = observer })
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(9), dictrack.ExpireAfter(time.Second)))
	f.MustTrack("g", nil)
	f.TrackBatch(t.Context(), []dictrack.Message{managertest.Message("g", nil), {Group: "g"}})
	f.Clock.Advance(time.Hour)
	if err := f.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string]int{"messages": 3, "failed": 1, "commits": 4, "loads": 1, "timers": 1} {
		if got[what] != want {
			t.Errorf("%s: %d, want %d (%v)", what, got[what], want, got)
		}
	}
}
