package robustness

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
)

// When a flush fails, nobody knows whether it took effect; memory must not go on from what it held before.
func TestFlushWithLostAnswer(t *testing.T) {
	lose := faultstore.Proceed
	d := faultstore.NewDisk()
	m := open(t, dictrack.Options{Store: d.Open(func(step, _ string) faultstore.Outcome {
		if step == faultstore.StepFlush {
			return lose
		}
		return faultstore.Proceed
	})})
	add(t, m, "a", dictrack.Count("t", dictrack.Targets(500)))
	add(t, m, "b", dictrack.Count("t", dictrack.Targets(500)))
	for range 5 {
		track(t, m, "b")
	}
	lose = faultstore.LoseReply
	if err := m.Flush(t.Context(), dictrack.FlushEverything); err == nil {
		t.Fatal("a flush with a lost answer is no error")
	}
	res := track(t, m, "a", "x")
	closeManager(t, m)
	m = open(t, dictrack.Options{Store: d.Open(nil)})
	defer closeManager(t, m)
	if again := track(t, m, "a", "x"); !again.Duplicate || again.Version != res.Version {
		t.Errorf("the call after the flush was onAnswer with version %d and is lost: %+v", res.Version, again)
	}
	checkContract(t, d)
}

// What was flushed is gone, its name too.
func TestGroupsAfterFlush(t *testing.T) {
	m := open(t, dictrack.Options{})
	defer closeManager(t, m)
	add(t, m, "g", dictrack.Count("t", dictrack.Targets(500)))
	if err := m.Flush(t.Context(), dictrack.FlushEverything); err != nil {
		t.Fatal(err)
	}
	for name, err := range m.Groups(t.Context()) {
		t.Errorf("after the flush there is still group %q, %v", name, err)
	}
}

// A flush may come at any moment: calls before it are gone with it, calls after it are kept, none is lost between.
func TestFlushWhileTracking(t *testing.T) {
	d := faultstore.NewDisk()
	m := open(t, dictrack.Options{Store: d.Open(nil)})
	var calls sync.WaitGroup
	for range 4 {
		calls.Go(func() {
			var last uint64
			for range 300 {
				res, err := m.Track(t.Context(), dictrack.Message{Group: "g", Data: data, ID: fmt.Sprint(rand.Uint64())})
				if err != nil || res.Version <= last {
					t.Errorf("version %d after %d, %v", res.Version, last, err)
				}
				last = res.Version
				if _, err := m.Track(t.Context(), dictrack.Message{Group: "g", Data: data}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 50 {
		if err := m.Flush(t.Context(), dictrack.FlushEverything); err != nil {
			t.Error(err)
		}
	}
	calls.Wait()
	closeManager(t, m)
	checkContract(t, d)
}
