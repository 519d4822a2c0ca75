package prove

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/prove/disk"
)

func TestTwoManagersOnOneStore(t *testing.T) {
	s := lasting{disk.New().Open(nil)}
	a, b := open(t, dictrack.Options{Store: s}), open(t, dictrack.Options{Store: s})
	add(t, a, "g", dictrack.Count("t", dictrack.Targets(500)))
	if _, err := b.List(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
	track(t, a, "g")
	track(t, b, "g")
	c := open(t, dictrack.Options{Store: s})
	defer shut(t, c)
	defer shut(t, b)
	defer shut(t, a)
	if snap, err := c.Get(t.Context(), "g", "t"); err != nil || snap.Progress.String() != "2" {
		t.Errorf("two calls were answered and progress is %s, %v", snap.Progress, err)
	}
}

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
		if _, err := m.Track(t.Context(), "g", data, dictrack.ID("a")); err == nil {
			t.Fatal("endless conflicts are no error")
		}
		busy = false
		start := time.Now()
		track(t, m, "g", dictrack.ID("b"))
		if waited := time.Since(start); waited > 0 {
			t.Errorf("a commit that stands alone waits %v for others", waited)
		}
	})
}
