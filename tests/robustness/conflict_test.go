package robustness

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
	"github.com/dictrack/dictrack/store/pebblestore"
)

// Two processes on one store: only what is stored is acknowledged.
func TestTwoManagersOnOneStore(t *testing.T) {
	kept, err := pebblestore.Open(t.Context(), "data", pebblestore.Options{FS: vfs.NewMem()})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []store.Store{faultstore.NewDisk().Open(nil), memorystore.New(), kept} {
		s := keepOpen{one}
		a, b := open(t, dictrack.Options{Store: s}), open(t, dictrack.Options{Store: s})
		add(t, a, "g", dictrack.Count("t", dictrack.Targets(500)))
		if _, err := b.ListAll(t.Context(), "g"); err != nil {
			t.Fatal(err)
		}
		track(t, a, "g")
		track(t, b, "g")
		c := open(t, dictrack.Options{Store: s})
		if snap, err := c.Get(t.Context(), "g", "t"); err != nil || snap.Progress.String() != "2" {
			t.Errorf("%T: two calls were onAnswer and progress is %s, %v", one, snap.Progress, err)
		}
		for _, m := range []*dictrack.Manager{a, b, c} {
			closeManager(t, m)
		}
		if err := one.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A commit that failed after too many conflicts must not delay later commits.
func TestCommitsAfterManyConflicts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := true
		m := open(t, dictrack.Options{Store: faultstore.NewDisk().Open(func(step, _ string) faultstore.Outcome {
			if step == faultstore.StepCommit && busy {
				return faultstore.Conflict
			}
			return faultstore.Proceed
		})})
		defer closeManager(t, m)
		if _, err := m.Track(t.Context(), dictrack.Message{Group: "g", Data: data, ID: "a"}); err == nil {
			t.Fatal("endless conflicts return no error")
		}
		busy = false
		start := time.Now()
		track(t, m, "g", "b")
		if waited := time.Since(start); waited > 0 {
			t.Errorf("a single commit waits %v for others", waited)
		}
	})
}
