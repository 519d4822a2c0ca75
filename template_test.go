package dictrack_test

import (
	"errors"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
)

// TestTemplate adds a template's trackers with the group's first message, which counts already.
func TestTemplate(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustSetTemplate("two", managertest.Count("b", 9), dictrack.Count("c", dictrack.Targets(9), dictrack.Where(condition.Exists("c"))))
		f.MustSetTemplate("one", managertest.Count("a", 1))
		managertest.ExpectLines(t, f.Templates(), "one", "two")
		res := f.MustTrack("g", managertest.Object{"x": 1})
		managertest.ExpectLines(t, managertest.EventLines(res.Events()), "ADDED a 0", "ALL_COMPLETED a 1", "ADDED b 0", "ADDED c 0")
		if res.Version != 1 || len(res.Changed()) != 2 {
			t.Errorf("result %+v", res)
		}
		res = f.MustTrack("g", managertest.Object{"c": 1})
		managertest.ExpectLines(t, managertest.EventLines(res.Events()))
		f.ExpectProgress("g", "a", "gone") // templates are applied once
		f.ExpectProgress("g", "b", "2/9")
		f.ExpectProgress("g", "c", "1/9")
	})
}

// TestTemplateWithoutMatch applies templates with a message that matches none of the trackers, not with reads.
func TestTemplateWithoutMatch(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustSetTemplate("t", dictrack.Count("a", dictrack.Targets(9), dictrack.Where(condition.Exists("x"))))
		if snaps, err := f.ListAll(t.Context(), "g"); len(snaps) != 0 || err != nil {
			t.Errorf("before any message: %v, %v", snaps, err)
		}
		if _, err := f.Explain(t.Context(), dictrack.Message{Group: "g", Data: managertest.Object{"x": 1}}); err != nil {
			t.Error(err)
		}
		f.ExpectProgress("g", "a", "gone")
		for _, text := range []string{`{`, `[]`, `{"x":1,"x":2}`} {
			if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(text)}); err == nil {
				t.Errorf("%s: accepted", text)
			}
		}
		for name := range f.Groups(t.Context()) {
			t.Errorf("group %q exists, without a message", name)
		}
		res := f.MustTrack("g", nil)
		managertest.ExpectLines(t, managertest.EventLines(res.Events()), "ADDED a 0")
		f.ExpectProgress("g", "a", "0/9")
	})
}

// TestTemplateAndExisting does not replace trackers of the same name.
func TestTemplateAndExisting(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", managertest.Count("b", 99))
		f.MustSetTemplate("t", managertest.Count("a", 9), managertest.Count("b", 9))
		res := f.MustTrack("g", nil)
		managertest.ExpectLines(t, managertest.EventLines(res.Events()), "ADDED a 0")
		f.ExpectProgress("g", "a", "1/9")
		f.ExpectProgress("g", "b", "1/99")
		f.MustAdd("h", managertest.Count("a", 1), managertest.Count("b", 2))
		managertest.ExpectLines(t, managertest.EventLines(f.MustTrack("h", nil).Events()), "ALL_COMPLETED a 1")
		f.ExpectProgress("h", "a", "gone")
		f.MustTrack("h", nil)
		f.ExpectProgress("h", "a", "gone")
	})
}

// TestTemplateOnce applies templates once, also when all trackers are gone, and after reopening.
func TestTemplateOnce(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustTrack("empty", nil, managertest.WithID("x")) // exists, without trackers
		f.MustSetTemplate("t", managertest.Count("a", 1))
		f.MustTrack("completed", nil)
		f.MustTrack("removed", managertest.Object{"x": 1})
		if err := f.RemoveAll(t.Context(), "removed"); err != nil {
			t.Fatal(err)
		}
		if f.Store != nil {
			f.MustReopen()
			f.MustSetTemplate("t", managertest.Count("a", 1))
		}
		for _, g := range []string{"completed", "removed", "empty"} {
			if res := f.MustTrack(g, nil); len(res.Events()) != 0 {
				t.Errorf("group %s got %q", g, managertest.EventLines(res.Events()))
			}
		}
	})
}

// TestTemplateChanged changes no group that has had a message.
func TestTemplateChanged(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustTrack("early", nil, managertest.WithID("x"))
		f.MustSetTemplate("t", managertest.Count("a", 9))
		f.MustTrack("old", nil)
		f.MustSetTemplate("t", managertest.Count("a", 5), managertest.Count("b", 5))
		for _, g := range []string{"early", "old", "new"} {
			f.MustTrack(g, nil)
		}
		f.ExpectProgress("early", "a", "gone")
		f.ExpectProgress("old", "a", "2/9")
		f.ExpectProgress("old", "b", "gone")
		f.ExpectProgress("new", "a", "1/5")
		f.MustSetTemplate("t")
		f.MustTrack("newest", nil)
		f.ExpectProgress("newest", "a", "gone")
		managertest.ExpectLines(t, f.Templates())
	})
}

// TestTemplateRefuses checks that invalid templates are refused and change nothing.
func TestTemplateRefuses(t *testing.T) {
	f := managertest.New(t, nil)
	f.MustSetTemplate("t", managertest.Count("a", 9))
	managertest.ExpectFieldError(t, f.SetTemplate("u", managertest.Count("b", 9), managertest.Count("a", 9)), `template "u"`, `name: "a"`, "no other tracker")
	managertest.ExpectFieldError(t, f.SetTemplate("t", managertest.Count("b", 9), managertest.Count("b", 9)), `name: "b"`)
	err := f.SetTemplate("t", managertest.Count("b"))
	var spec *dictrack.SpecError
	if !errors.As(err, &spec) || spec.Name != "b" {
		t.Errorf("got %v, want a SpecError of b", err)
	}
	managertest.ExpectFieldError(t, f.SetTemplate("", managertest.Count("b", 1)), "template: ")
	managertest.ExpectLines(t, f.Templates(), "t")
	managertest.ExpectLines(t, managertest.EventLines(f.MustTrack("g", nil).Events()), "ADDED a 0")
}

// TestTemplateWindowOver applies templates whose window is over: the trackers are limited, and there is no error, for
// nobody can know when a group is first used.
func TestTemplateWindowOver(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustSetTemplate("t",
			dictrack.Count("over", dictrack.Targets(9), dictrack.Limiters(limiter.Until(managertest.Start.Add(-time.Hour)))),
			dictrack.Count("expired", dictrack.Targets(9), dictrack.ExpireAt(managertest.Start.Add(-time.Hour))),
			managertest.Count("fine", 9),
		)
		res := f.MustTrack("g", nil)
		managertest.ExpectLines(t, managertest.EventLines(res.Events()), "ADDED over 0", "LIMITED over 0", "ADDED expired 0", "EXPIRED expired 0", "ADDED fine 0")
		managertest.ExpectLines(t, managertest.TrackerNames(res.Changed()), "over", "fine")
		f.ExpectProgress("g", "fine", "1/9")
	})
}

// TestTemplateCommitFails applies templates with the next message when the first commit fails.
func TestTemplateCommitFails(t *testing.T) {
	f := managertest.New(t, faultstore.New())
	f.MustSetTemplate("t", managertest.Count("a", 9))
	f.Store.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	events := f.CollectEvents()
	if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}}); !errors.Is(err, dictrack.ErrUnknown) {
		t.Errorf("Track: %v, want ErrUnknown", err)
	}
	managertest.ExpectLines(t, events())
	f.MustTrack("g", nil)
	managertest.ExpectLines(t, events(), "ADDED a 0")
	f.ExpectProgress("g", "a", "1/9")
}
