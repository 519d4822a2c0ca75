package dictrack_test

import (
	"errors"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

func (f *fixture) template(name string, specs ...tracker.Spec) {
	f.Helper()
	if err := f.SetTemplate(name, specs...); err != nil {
		f.Fatalf("SetTemplate: %v", err)
	}
}

// TestTemplate gives a group its trackers with the first data, which counts already.
func TestTemplate(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.template("two", count("b", 9), dictrack.Count("c", dictrack.Targets(9), dictrack.Where(condition.Exists("c"))))
		f.template("one", count("a", 1))
		expectLines(t, f.Templates(), "one", "two")
		res := f.track("g", object{"x": 1})
		expectLines(t, lines(res.Events()), "ADDED a 0", "ALL_COMPLETED a 1", "ADDED b 0", "ADDED c 0")
		if res.Version != 1 || len(res.Changed()) != 2 {
			t.Errorf("result %+v", res)
		}
		res = f.track("g", object{"c": 1})
		expectLines(t, lines(res.Events()))
		f.expect("g", "a", "gone") // it was given once
		f.expect("g", "b", "2/9")
		f.expect("g", "c", "1/9")
	})
}

// TestTemplateForAllData gives the trackers even if the data matches none of them, and not for looks.
func TestTemplateForAllData(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.template("t", dictrack.Count("a", dictrack.Targets(9), dictrack.Where(condition.Exists("x"))))
		if snaps, err := f.ListAll(t.Context(), "g"); len(snaps) != 0 || err != nil {
			t.Errorf("before any data: %v, %v", snaps, err)
		}
		if _, err := f.Explain(t.Context(), dictrack.Message{Group: "g", Data: object{"x": 1}}); err != nil {
			t.Error(err)
		}
		f.expect("g", "a", "gone")
		for _, text := range []string{`{`, `[]`, `{"x":1,"x":2}`} {
			if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", JSON: []byte(text)}); err == nil {
				t.Errorf("%s: accepted", text)
			}
		}
		for name := range f.Groups(t.Context()) {
			t.Errorf("group %q is known, and had no data", name)
		}
		res := f.track("g", nil)
		expectLines(t, lines(res.Events()), "ADDED a 0")
		f.expect("g", "a", "0/9")
	})
}

// TestTemplateAndExisting leaves trackers of the same name as they are.
func TestTemplateAndExisting(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.add("g", count("b", 99))
		f.template("t", count("a", 9), count("b", 9))
		res := f.track("g", nil)
		expectLines(t, lines(res.Events()), "ADDED a 0")
		f.expect("g", "a", "1/9")
		f.expect("g", "b", "1/99")
		f.add("h", count("a", 1), count("b", 2))
		expectLines(t, lines(f.track("h", nil).Events()), "ALL_COMPLETED a 1")
		f.expect("h", "a", "gone")
		f.track("h", nil)
		f.expect("h", "a", "gone")
	})
}

// TestTemplateOnce is not given again when all trackers are gone, nor after reopening.
func TestTemplateOnce(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.track("empty", nil, withID("x")) // known, and without trackers
		f.template("t", count("a", 1))
		f.track("completed", nil)
		f.track("removed", object{"x": 1})
		if err := f.RemoveAll(t.Context(), "removed"); err != nil {
			t.Fatal(err)
		}
		if f.store != nil {
			f.reopen()
			f.template("t", count("a", 1))
		}
		for _, g := range []string{"completed", "removed", "empty"} {
			if res := f.track(g, nil); len(res.Events()) != 0 {
				t.Errorf("group %s got %q", g, lines(res.Events()))
			}
		}
	})
}

// TestTemplateChanged touches no group that has had data.
func TestTemplateChanged(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.track("early", nil, withID("x"))
		f.template("t", count("a", 9))
		f.track("old", nil)
		f.template("t", count("a", 5), count("b", 5))
		for _, g := range []string{"early", "old", "new"} {
			f.track(g, nil)
		}
		f.expect("early", "a", "gone")
		f.expect("old", "a", "2/9")
		f.expect("old", "b", "gone")
		f.expect("new", "a", "1/5")
		f.template("t")
		f.track("newest", nil)
		f.expect("newest", "a", "gone")
		expectLines(t, f.Templates())
	})
}

// TestTemplateRefuses keeps the templates as they were.
func TestTemplateRefuses(t *testing.T) {
	f := open(t, nil)
	f.template("t", count("a", 9))
	refused(t, f.SetTemplate("u", count("b", 9), count("a", 9)), `template "u"`, `name: "a"`, "no other tracker")
	refused(t, f.SetTemplate("t", count("b", 9), count("b", 9)), `name: "b"`)
	err := f.SetTemplate("t", count("b"))
	var spec *dictrack.SpecError
	if !errors.As(err, &spec) || spec.Name != "b" {
		t.Errorf("got %v, want a SpecError of b", err)
	}
	refused(t, f.SetTemplate("", count("b", 1)), "template: ")
	expectLines(t, f.Templates(), "t")
	expectLines(t, lines(f.track("g", nil).Events()), "ADDED a 0")
}

// TestTemplateWindowOver is limited, not an error: nobody can know when a group is first seen.
func TestTemplateWindowOver(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		f.template("t",
			dictrack.Count("over", dictrack.Targets(9), dictrack.Limiters(limiter.Until(start.Add(-time.Hour)))),
			dictrack.Count("expired", dictrack.Targets(9), dictrack.ExpireAt(start.Add(-time.Hour))),
			count("fine", 9),
		)
		res := f.track("g", nil)
		expectLines(t, lines(res.Events()), "ADDED over 0", "LIMITED over 0", "ADDED expired 0", "EXPIRED expired 0", "ADDED fine 0")
		expectLines(t, names(res.Changed()), "over", "fine")
		f.expect("g", "fine", "1/9")
	})
}

// TestTemplateCommitFails gives the trackers with the next data instead.
func TestTemplateCommitFails(t *testing.T) {
	f := open(t, faultstore.New())
	f.template("t", count("a", 9))
	f.store.BeforeCommit.Set(faultstore.FailFirst[[]*record.Change](1))
	heard := f.hear()
	if _, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}}); !errors.Is(err, dictrack.ErrUnknown) {
		t.Errorf("Track: %v, want ErrUnknown", err)
	}
	expectLines(t, heard())
	f.track("g", nil)
	expectLines(t, heard(), "ADDED a 0")
	f.expect("g", "a", "1/9")
}
