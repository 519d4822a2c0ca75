package prove

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/prove/disk"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
	"github.com/dictrack/dictrack/store/pebblestore"
)

// Two processes on one store: an answer is only for what is kept.
func TestTwoManagersOnOneStore(t *testing.T) {
	kept, err := pebblestore.Open(t.Context(), "data", pebblestore.Options{FS: vfs.NewMem()})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range []store.Store{disk.New().Open(nil), memorystore.New(), kept} {
		s := lasting{one}
		a, b := open(t, dictrack.Options{Store: s}), open(t, dictrack.Options{Store: s})
		add(t, a, "g", dictrack.Count("t", dictrack.Targets(500)))
		if _, err := b.ListAll(t.Context(), "g"); err != nil {
			t.Fatal(err)
		}
		track(t, a, "g")
		track(t, b, "g")
		c := open(t, dictrack.Options{Store: s})
		if snap, err := c.Get(t.Context(), "g", "t"); err != nil || snap.Progress.String() != "2" {
			t.Errorf("%T: two calls were answered and progress is %s, %v", one, snap.Progress, err)
		}
		for _, m := range []*dictrack.Manager{a, b, c} {
			shut(t, m)
		}
		if err := one.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A round that gave up, since another process was always faster, must not hold up later commits.
func TestCommitsAfterManyConflicts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := true
		m := open(t, dictrack.Options{Store: disk.New().Open(func(step, _ string) disk.Verdict {
			if step == disk.StepCommit && busy {
				return disk.Conflict
			}
			return disk.Proceed
		})})
		defer shut(t, m)
		if _, err := m.Track(t.Context(), dictrack.Message{Group: "g", Data: data, ID: "a"}); err == nil {
			t.Fatal("endless conflicts are no error")
		}
		busy = false
		start := time.Now()
		track(t, m, "g", "b")
		if waited := time.Since(start); waited > 0 {
			t.Errorf("a commit that stands alone waits %v for others", waited)
		}
	})
}
