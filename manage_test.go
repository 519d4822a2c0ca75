package dictrack_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

func TestAdd(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		events := f.CollectEvents()
		f.MustAdd("g", managertest.Count("a", 1), managertest.Count("b", 2))
		f.MustAdd("g", managertest.Count("c", 3))
		f.MustAdd("h", managertest.Count("a", 4))
		managertest.ExpectLines(t, events(), "ADDED a 0", "ADDED b 0", "ADDED c 0", "ADDED a 0")
		snaps, err := f.ListAll(t.Context(), "g")
		if err != nil {
			t.Fatal(err)
		}
		managertest.ExpectLines(t, managertest.TrackerNames(snaps), "a", "b", "c")
		f.ExpectProgress("h", "a", "0/4")
	})
}

// TestAddTwice refuses a call with a name that exists, as a whole.
func TestAddTwice(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 5))
		f.MustTrack("g", nil)
		events := f.CollectEvents()
		for _, specs := range [][]tracker.Spec{
			{managertest.Count("a", 5)}, {managertest.Count("b", 1), managertest.Count("a", 9)}, {managertest.Count("b", 1), managertest.Count("b", 1)},
		} {
			err := f.Add(t.Context(), "g", specs...)
			if !errors.Is(err, dictrack.ErrExists) || !strings.Contains(err.Error(), `"`+specs[len(specs)-1].Name+`"`) {
				t.Errorf("got %v, want an ErrExists that names the tracker", err)
			}
		}
		managertest.ExpectLines(t, events())
		f.ExpectProgress("g", "a", "1/5")
		f.ExpectProgress("g", "b", "gone")
		if err := f.Remove(t.Context(), "g", "a"); err != nil {
			t.Fatal(err)
		}
		f.MustAdd("g", managertest.Count("a", 7))
		f.ExpectProgress("g", "a", "0/7")
	})
}

// TestAddRefuses checks that errors name the tracker, the field, its value and what is allowed.
func TestAddRefuses(t *testing.T) {
	cases := []struct {
		spec tracker.Spec
		want []string
	}{
		{managertest.Count(""), []string{`name: ""`, "want a text"}},
		{managertest.Count("x"), []string{"targets: ", "at least one"}},
		{dictrack.Count("x", dictrack.Targets(math.NaN())), []string{"targets: ", "NaN", "finite"}},
		{dictrack.Count("x", dictrack.Targets(1), dictrack.Initial(math.Inf(1))), []string{"initial: ", "Inf", "finite"}},
		{dictrack.Count("x", dictrack.Targets(1, 0), dictrack.Loop()), []string{"targets[1]: 0", "above 0"}},
		{dictrack.Sum("x", "", dictrack.Targets(1)), []string{`key: ""`, "path"}},
		{dictrack.Count("x", dictrack.Targets(1), dictrack.Where(condition.Lt("a", nil))), []string{"where[0].value: null", "number or a string"}},
		{dictrack.Count("x", dictrack.Targets(1), dictrack.Limiters(limiter.Count(0))), []string{"limiters[0].limit: 0", "at least 1"}},
		{dictrack.Count("x", dictrack.Targets(1), dictrack.Limiters(limiter.Window(managertest.Start, managertest.Start))), []string{"limiters[0].end: ", "after start"}},
		{dictrack.Count("x", dictrack.Targets(1), dictrack.Reset(tracker.ResetStage)), []string{`reset: "stage"`, "by hand"}},
		{dictrack.Count("x", dictrack.Targets(1), dictrack.ExpireAfter(-1)), []string{`expire: "-1ns"`, "above 0"}},
		{dictrack.Count("x", dictrack.Targets(1), dictrack.ExpireAfter(1), dictrack.ExpireAt(managertest.Start)), []string{"not both"}},
	}
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		for _, c := range cases {
			err := f.Add(t.Context(), "g", managertest.Count("fine", 1), c.spec)
			var spec *dictrack.SpecError
			if !errors.As(err, &spec) || spec.Name != c.spec.Name {
				t.Errorf("got %v, want a SpecError of %q", err, c.spec.Name)
			}
			managertest.ExpectFieldError(t, err, append(c.want, `group "g"`, fmt.Sprintf("tracker %q", c.spec.Name))...)
		}
		late := dictrack.Count("late", dictrack.Targets(1), dictrack.Limiters(limiter.Until(managertest.Start.Add(-time.Hour))))
		managertest.ExpectFieldError(t, f.Add(t.Context(), "g", managertest.Count("fine", 1), late), `"late"`, "limiters[0].end: ", "after its end")
		snaps, err := f.ListAll(t.Context(), "g")
		if len(snaps) != 0 || err != nil {
			t.Errorf("trackers %q, %v; want none", managertest.TrackerNames(snaps), err)
		}
	})
}

// TestSpecErrorHasAllMistakes checks that an error lists every mistake in a spec.
func TestSpecErrorHasAllMistakes(t *testing.T) {
	f := managertest.New(t, nil)
	err := f.Add(t.Context(), "g", dictrack.Sum("", ""))
	var all field.Errors
	if !errors.As(err, &all) || len(all) != 3 {
		t.Errorf("got %v, want the mistakes in name, key and targets", err)
	}
}

// addNothing checks that a call without specs is refused.
func addNothing(f *managertest.Fixture, group string) {
	f.Helper()
	if err := f.Add(f.Context(), group); !errors.Is(err, dictrack.ErrInvalid) {
		f.Errorf("Add without specs: %v, want an ErrInvalid", err)
	}
}

// TestAddNothing checks that Add without specs changes nothing, also in a group from which trackers were removed.
func TestAddNothing(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		addNothing(f, "unknown")
		const many = 100
		for i := range many {
			f.MustAdd("g", managertest.Count(fmt.Sprint("t", i), 1_000))
		}
		for i := range many - 20 {
			if err := f.Remove(t.Context(), "g", fmt.Sprint("t", i)); err != nil {
				t.Fatal(err)
			}
		}
		version := f.MustTrack("g", nil).Version
		addNothing(f, "g")
		if res := f.MustTrack("g", nil); res.Version != version+1 || len(res.Changed()) != 20 {
			t.Errorf("version %d after %d, %d trackers changed", res.Version, version, len(res.Changed()))
		}
		if f.Store != nil {
			f.MustReopen()
		}
		f.ExpectProgress("g", "t99", "2/1000")
	})
}

// TestAddNothingToEmptiedGroup checks that a group without trackers still exists, with its version.
func TestAddNothingToEmptiedGroup(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		for i := range 100 {
			f.MustAdd("g", managertest.Count(fmt.Sprint("t", i), 1))
		}
		if err := f.RemoveAll(t.Context(), "g"); err != nil {
			t.Fatal(err)
		}
		addNothing(f, "g")
		f.MustAdd("g", managertest.Count("a", 5))
		if res := f.MustTrack("g", nil); res.Version != 103 {
			t.Errorf("version %d, want 103: versions never restart", res.Version)
		}
	})
}

func TestGetAndList(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 5, 6), managertest.Count("b", 5), managertest.Count("c", 5))
		f.MustTrack("g", nil)
		snap, err := f.Get(t.Context(), "g", "a")
		if err != nil || snap.Group != "g" || snap.Name != "a" || snap.Kind != "count" || len(snap.Remaining()) != 1 {
			t.Errorf("%+v, %v", snap, err)
		}
		some, err := f.List(t.Context(), "g", "c", "a")
		if err != nil {
			t.Fatal(err)
		}
		managertest.ExpectLines(t, managertest.TrackerNames(some), "c", "a")
		if _, err := f.Get(t.Context(), "g", "x"); !errors.Is(err, dictrack.ErrNotFound) || !strings.Contains(err.Error(), `"x"`) {
			t.Errorf("Get: %v, want an ErrNotFound that names the tracker", err)
		}
		if snaps, err := f.List(t.Context(), "g", "a", "x"); !errors.Is(err, dictrack.ErrNotFound) || snaps != nil {
			t.Errorf("List: %v, %v", snaps, err)
		}
		if snaps, err := f.ListAll(t.Context(), "unknown"); len(snaps) != 0 || err != nil {
			t.Errorf("List of an unknown group: %v, %v", snaps, err)
		}
		snap.Targets[0] = snap.Targets[1] // a copy
		f.ExpectProgress("g", "a", "1/5")
	})
}

func TestGroups(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		const n = 1200 // more than a page
		var want []string
		for i := range n {
			want = append(want, fmt.Sprintf("g%04d", i))
			f.MustAdd(want[i], managertest.Count("a", 1))
		}
		f.MustTrack("g0000", nil) // completes, and the group still exists
		f.MustTrack("by id", nil, managertest.WithID("x"))
		want = append([]string{"by id"}, want...)
		var got []string
		for name, err := range f.Groups(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d groups, want %d, in order", len(got), len(want))
		}
		got = nil
		for name := range f.Groups(t.Context()) {
			if got = append(got, name); len(got) == 2 {
				break
			}
		}
		managertest.ExpectLines(t, got, "by id", "g0000")
		for name := range f.Groups(t.Context()) { // calls in between are fine
			f.ExpectProgress(name, "b", "gone")
			break
		}
	})
}

func TestRemove(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("a", 9), managertest.Count("b", 9), managertest.Count("c", 9), managertest.Count("d", 9))
		f.MustTrack("g", nil)
		events := f.CollectEvents()
		if err := f.Remove(t.Context(), "g", "c", "a", "c"); err != nil {
			t.Fatal(err)
		}
		managertest.ExpectLines(t, events(), "REMOVED c 1", "REMOVED a 1")
		err := f.Remove(t.Context(), "g", "b", "a")
		if !errors.Is(err, dictrack.ErrNotFound) || !strings.Contains(err.Error(), `"a"`) {
			t.Errorf("Remove: %v, want an ErrNotFound that names the tracker", err)
		}
		managertest.ExpectFieldError(t, f.Remove(t.Context(), "g"), "names: ", "at least one")
		if err := f.Remove(t.Context(), "unknown", "a"); !errors.Is(err, dictrack.ErrNotFound) {
			t.Errorf("Remove from an unknown group: %v", err)
		}
		f.ExpectProgress("g", "b", "1/9")
		if err := f.RemoveAll(t.Context(), "g"); err != nil {
			t.Fatal(err)
		}
		managertest.ExpectLines(t, events(), "REMOVED b 1", "REMOVED d 1")
		version := f.MustTrack("g", nil).Version
		if err := f.RemoveAll(t.Context(), "g"); err != nil || f.MustTrack("g", nil).Version != version {
			t.Errorf("RemoveAll of an empty group: %v", err)
		}
	})
}

// TestChangesSurviveReopening makes one change of each kind, and compares the trackers after reopening.
func TestChangesSurviveReopening(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustAdd("g", managertest.Count("a", 9), managertest.Count("b", 9, 20), managertest.Count("c", 9), dictrack.Count("d", dictrack.Targets(1), dictrack.Keep()))
	f.MustTrack("g", nil)
	if err := errors.Join(
		f.Remove(t.Context(), "g", "a"),
		f.Update(t.Context(), "g", "b", dictrack.SetProgress(9), dictrack.AddTargets(30)),
		f.Reset(t.Context(), "g", dictrack.ResetOptions{Policy: tracker.ResetAll}, "c"),
	); err != nil {
		t.Fatal(err)
	}
	before, _ := f.ListAll(t.Context(), "g")
	f.MustReopen()
	after, err := f.ListAll(t.Context(), "g")
	if err != nil || fmt.Sprintf("%+v", plain(after)) != fmt.Sprintf("%+v", plain(before)) {
		t.Errorf("before %+v\nafter %+v, %v", before, after, err)
	}
	f.ExpectProgress("g", "b", "9/20")
	f.ExpectProgress("g", "c", "0/9")
	f.ExpectProgress("g", "d", "1/1")
}

// plain removes pointers, so that snapshots can be compared as text.
func plain(snaps []tracker.Snapshot) []tracker.Snapshot {
	for i := range snaps {
		snaps[i].Definition = nil
	}
	return snaps
}
