package engine

import (
	"slices"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/tracker"
)

// TestTemplates give their trackers to a group with its first message, in the order of the templates' names.
func TestTemplates(t *testing.T) {
	f := open(t)
	set := func(name string, specs ...tracker.Spec) error {
		var defs []*tracker.Definition
		for _, spec := range specs {
			d, err := f.Definitions().New(spec)
			if err != nil {
				t.Fatal(err)
			}
			defs = append(defs, d)
		}
		return f.Templates().Set(name, defs)
	}
	for _, name := range []string{"two", "one", "gone"} {
		if err := set(name, counter("of "+name, 9)); err != nil {
			t.Fatal(err)
		}
	}
	if err := set("gone"); err != nil {
		t.Error(err)
	}
	if err := set("three", counter("of one", 5)); err == nil {
		t.Error("two templates have trackers of one name")
	}
	if names := f.Templates().Names(); !slices.Equal(names, []string{"one", "two"}) {
		t.Errorf("templates %q", names)
	}
	explained, info, err := f.Explain(t.Context(), "g", match.Data{JSON: []byte("{}")})
	if err != nil || len(explained) != 2 || info.Version != 1 {
		t.Errorf("%d trackers explained, version %d, %v", len(explained), info.Version, err)
	}
	f.track("g", "")
	err = f.Read(t.Context(), "g", func(g *group.Group) error {
		snaps, err := g.Snapshots()
		if err == nil && (len(snaps) != 2 || snaps[0].Name != "of one" || snaps[1].Name != "of two") {
			t.Errorf("trackers %+v", snaps)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
