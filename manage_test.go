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
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tracker"
)

func count(name string, targets ...int) tracker.Spec {
	return dictrack.Count(name, dictrack.Targets(targets...))
}

func TestAdd(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		heard := f.hear()
		f.add("g", count("a", 1), count("b", 2))
		f.add("g", count("c", 3))
		f.add("h", count("a", 4))
		expectLines(t, heard(), "ADDED a 0", "ADDED b 0", "ADDED c 0", "ADDED a 0")
		snaps, err := f.ListAll(t.Context(), "g")
		if err != nil {
			t.Fatal(err)
		}
		expectLines(t, names(snaps), "a", "b", "c")
		f.expect("h", "a", "0/4")
	})
}

// TestAddTwice refuses a name that is taken, and all that comes with it.
func TestAddTwice(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", count("a", 5))
		f.track("g", nil)
		heard := f.hear()
		for _, specs := range [][]tracker.Spec{
			{count("a", 5)}, {count("b", 1), count("a", 9)}, {count("b", 1), count("b", 1)},
		} {
			err := f.Add(t.Context(), "g", specs...)
			if !errors.Is(err, dictrack.ErrExists) || !strings.Contains(err.Error(), `"`+specs[len(specs)-1].Name+`"`) {
				t.Errorf("got %v, want an ErrExists that names the tracker", err)
			}
		}
		expectLines(t, heard())
		f.expect("g", "a", "1/5")
		f.expect("g", "b", "gone")
		if err := f.Remove(t.Context(), "g", "a"); err != nil {
			t.Fatal(err)
		}
		f.add("g", count("a", 7))
		f.expect("g", "a", "0/7")
	})
}

// TestAddRefuses names the tracker, the field, what was found and what is allowed.
func TestAddRefuses(t *testing.T) {
	cases := []struct {
		spec tracker.Spec
		want []string
	}{
		{count(""), []string{`name: ""`, "want a text"}},
		{count("x"), []string{"targets: ", "at least one"}},
		{dictrack.Count("x", dictrack.Targets(math.NaN())), []string{"targets: ", "NaN", "finite"}},
		{dictrack.Count("x", dictrack.Targets(1), dictrack.Initial(math.Inf(1))), []string{"initial: ", "Inf", "finite"}},
		{dictrack.Count("x", dictrack.Targets(1, 0), dictrack.Loop()), []string{"targets[1]: 0", "above 0"}},
		{dictrack.Sum("x", "", dictrack.Targets(1)), []string{`key: ""`, "path"}},
		{dictrack.Count("x", dictrack.Targets(1), dictrack.Where(condition.Lt("a", nil))), []string{"where[0].value: null", "number or a string"}},
		{dictrack.Count("x", dictrack.Targets(1), dictrack.Limiters(limiter.Count(0))), []string{"limiters[0].limit: 0", "at least 1"}},
		{dictrack.Count("x", dictrack.Targets(1), dictrack.Limiters(limiter.Window(start, start))), []string{"limiters[0].end: ", "after start"}},
		{dictrack.Count("x", dictrack.Targets(1), dictrack.Reset(tracker.ResetStage)), []string{`reset: "stage"`, "by hand"}},
		{dictrack.Count("x", dictrack.Targets(1), dictrack.ExpireAfter(-1)), []string{`expire: "-1ns"`, "above 0"}},
		{dictrack.Count("x", dictrack.Targets(1), dictrack.ExpireAfter(1), dictrack.ExpireAt(start)), []string{"not both"}},
	}
	both(t, func(t *testing.T, f *fixture) {
		for _, c := range cases {
			err := f.Add(t.Context(), "g", count("fine", 1), c.spec)
			var spec *dictrack.SpecError
			if !errors.As(err, &spec) || spec.Name != c.spec.Name {
				t.Errorf("got %v, want a SpecError of %q", err, c.spec.Name)
			}
			refused(t, err, append(c.want, `group "g"`, fmt.Sprintf("tracker %q", c.spec.Name))...)
		}
		late := dictrack.Count("late", dictrack.Targets(1), dictrack.Limiters(limiter.Until(start.Add(-time.Hour))))
		refused(t, f.Add(t.Context(), "g", count("fine", 1), late), `"late"`, "limiters[0].end: ", "after its end")
		snaps, err := f.ListAll(t.Context(), "g")
		if len(snaps) != 0 || err != nil {
			t.Errorf("trackers %q, %v; want none", names(snaps), err)
		}
	})
}

// TestSpecErrorHasAllMistakes of one spec.
func TestSpecErrorHasAllMistakes(t *testing.T) {
	f := open(t, nil)
	err := f.Add(t.Context(), "g", dictrack.Sum("", ""))
	var all field.Errors
	if !errors.As(err, &all) || len(all) != 3 {
		t.Errorf("got %v, want the mistakes in name, key and targets", err)
	}
}

// addNothing checks that a call without specs is refused.
func (f *fixture) addNothing(group string) {
	f.Helper()
	if err := f.Add(f.Context(), group); !errors.Is(err, dictrack.ErrInvalid) {
		f.Errorf("Add without specs: %v, want an ErrInvalid", err)
	}
}

// TestAddNothing changes nothing, whatever the group has been through.
func TestAddNothing(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.addNothing("unknown")
		const many = 100
		for i := range many {
			f.add("g", count(fmt.Sprint("t", i), 1_000))
		}
		for i := range many - 20 {
			if err := f.Remove(t.Context(), "g", fmt.Sprint("t", i)); err != nil {
				t.Fatal(err)
			}
		}
		version := f.track("g", nil).Version
		f.addNothing("g")
		if res := f.track("g", nil); res.Version != version+1 || len(res.Changed()) != 20 {
			t.Errorf("version %d after %d, %d trackers moved", res.Version, version, len(res.Changed()))
		}
		if f.store != nil {
			f.reopen()
		}
		f.expect("g", "t99", "2/1000")
	})
}

// TestAddNothingToEmptiedGroup keeps a group known, and its version.
func TestAddNothingToEmptiedGroup(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for i := range 100 {
			f.add("g", count(fmt.Sprint("t", i), 1))
		}
		if err := f.RemoveAll(t.Context(), "g"); err != nil {
			t.Fatal(err)
		}
		f.addNothing("g")
		f.add("g", count("a", 5))
		if res := f.track("g", nil); res.Version != 103 {
			t.Errorf("version %d, want 103: versions never restart", res.Version)
		}
	})
}

func TestGetAndList(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", count("a", 5, 6), count("b", 5), count("c", 5))
		f.track("g", nil)
		snap, err := f.Get(t.Context(), "g", "a")
		if err != nil || snap.Group != "g" || snap.Name != "a" || snap.Kind != "count" || len(snap.Remaining()) != 1 {
			t.Errorf("%+v, %v", snap, err)
		}
		some, err := f.List(t.Context(), "g", "c", "a")
		if err != nil {
			t.Fatal(err)
		}
		expectLines(t, names(some), "c", "a")
		if _, err := f.Get(t.Context(), "g", "x"); !errors.Is(err, dictrack.ErrNotFound) || !strings.Contains(err.Error(), `"x"`) {
			t.Errorf("Get: %v, want an ErrNotFound that names the tracker", err)
		}
		if snaps, err := f.List(t.Context(), "g", "a", "x"); !errors.Is(err, dictrack.ErrNotFound) || snaps != nil {
			t.Errorf("List: %v, %v", snaps, err)
		}
		if snaps, err := f.ListAll(t.Context(), "unknown"); len(snaps) != 0 || err != nil {
			t.Errorf("List of an unknown group: %v, %v", snaps, err)
		}
		snap.Targets[0] = snap.Targets[1] // the reader's own
		f.expect("g", "a", "1/5")
	})
}

func TestGroups(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		const n = 1200 // more than a page
		var want []string
		for i := range n {
			want = append(want, fmt.Sprintf("g%04d", i))
			f.add(want[i], count("a", 1))
		}
		f.track("g0000", nil) // completes, and the group stays known
		f.track("by id", nil, withID("x"))
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
		expectLines(t, got, "by id", "g0000")
		for name := range f.Groups(t.Context()) { // calls in between are fine
			f.expect(name, "b", "gone")
			break
		}
	})
}

func TestRemove(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", count("a", 9), count("b", 9), count("c", 9), count("d", 9))
		f.track("g", nil)
		heard := f.hear()
		if err := f.Remove(t.Context(), "g", "c", "a", "c"); err != nil {
			t.Fatal(err)
		}
		expectLines(t, heard(), "REMOVED c 1", "REMOVED a 1")
		err := f.Remove(t.Context(), "g", "b", "a")
		if !errors.Is(err, dictrack.ErrNotFound) || !strings.Contains(err.Error(), `"a"`) {
			t.Errorf("Remove: %v, want an ErrNotFound that names the tracker", err)
		}
		refused(t, f.Remove(t.Context(), "g"), "names: ", "at least one")
		if err := f.Remove(t.Context(), "unknown", "a"); !errors.Is(err, dictrack.ErrNotFound) {
			t.Errorf("Remove from an unknown group: %v", err)
		}
		f.expect("g", "b", "1/9")
		if err := f.RemoveAll(t.Context(), "g"); err != nil {
			t.Fatal(err)
		}
		expectLines(t, heard(), "REMOVED b 1", "REMOVED d 1")
		version := f.track("g", nil).Version
		if err := f.RemoveAll(t.Context(), "g"); err != nil || f.track("g", nil).Version != version {
			t.Errorf("RemoveAll of an empty group: %v", err)
		}
	})
}

// TestChangesSurviveReopening does one of everything on a store.
func TestChangesSurviveReopening(t *testing.T) {
	f := open(t, faultstore.New())
	f.add("g", count("a", 9), count("b", 9, 20), count("c", 9), dictrack.Count("d", dictrack.Targets(1), dictrack.Keep()))
	f.track("g", nil)
	if err := errors.Join(
		f.Remove(t.Context(), "g", "a"),
		f.Update(t.Context(), "g", "b", dictrack.SetProgress(9), dictrack.AddTargets(30)),
		f.Reset(t.Context(), "g", resetBy{Policy: tracker.ResetAll}, "c"),
	); err != nil {
		t.Fatal(err)
	}
	before, _ := f.ListAll(t.Context(), "g")
	f.reopen()
	after, err := f.ListAll(t.Context(), "g")
	if err != nil || fmt.Sprintf("%+v", plain(after)) != fmt.Sprintf("%+v", plain(before)) {
		t.Errorf("before %+v\nafter %+v, %v", before, after, err)
	}
	f.expect("g", "b", "9/20")
	f.expect("g", "c", "0/9")
	f.expect("g", "d", "1/1")
}

// plain leaves out the addresses.
func plain(snaps []tracker.Snapshot) []tracker.Snapshot {
	for i := range snaps {
		snaps[i].Definition = nil
	}
	return snaps
}

func ptr[T any](v T) *T { return &v }
