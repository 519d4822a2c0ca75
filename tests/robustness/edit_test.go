package robustness

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/tracker"
)

// Adding no trackers changes nothing: not the places of others, and not what is known of the group.
// addNothing checks that a call without trackers is refused.
func addNothing(t *testing.T, m *dictrack.Manager, group string) {
	t.Helper()
	if err := m.Add(t.Context(), group); !errors.Is(err, dictrack.ErrInvalid) {
		t.Errorf("Add without trackers: %v, want an ErrInvalid", err)
	}
}

func TestAddNothing(t *testing.T) {
	const trackers = 70 // enough removed ones for the group to be laid out anew
	d := faultstore.NewDisk()
	for _, o := range []dictrack.Options{{}, {Store: d.Open(nil)}} {
		m := open(t, o)
		var specs []tracker.Spec
		for i := range trackers {
			specs = append(specs, dictrack.Count(fmt.Sprint("t", i), dictrack.Targets(500)))
		}
		add(t, m, "g", specs...)
		for i := range trackers - 1 {
			if err := m.Remove(t.Context(), "g", fmt.Sprint("t", i)); err != nil {
				t.Fatal(err)
			}
		}
		addNothing(t, m, "g")
		track(t, m, "g")
		if err := m.RemoveAll(t.Context(), "g"); err != nil {
			t.Fatal(err)
		}
		addNothing(t, m, "g")
		if res := track(t, m, "g", "x"); res.Version != trackers+3 {
			t.Errorf("version %d after %d commits: versions restart", res.Version, trackers+3)
		}
		closeManager(t, m)
	}
	checkContract(t, d)
	m := open(t, dictrack.Options{Store: d.Open(nil)})
	defer closeManager(t, m)
	if snaps, err := m.ListAll(t.Context(), "g"); err != nil || len(snaps) != 0 {
		t.Errorf("read back: %d trackers, %v", len(snaps), err)
	}
}

// Nor does it let versions, and with them the ids of events, start again.
func TestAddNothingVersions(t *testing.T) {
	m := open(t, dictrack.Options{})
	defer closeManager(t, m)
	seen := map[string]bool{}
	_, _ = m.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error {
		if seen[e.ID()] {
			t.Errorf("event id %s is delivered twice", e.ID())
		}
		seen[e.ID()] = true
		return nil
	}})
	for i := range 70 {
		add(t, m, "g", dictrack.Count(fmt.Sprint("t", i), dictrack.Targets(500)))
	}
	if err := m.RemoveAll(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	addNothing(t, m, "g")
	add(t, m, "g", dictrack.Count("t", dictrack.Targets(500)))
}
