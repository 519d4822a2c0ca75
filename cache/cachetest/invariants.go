package cachetest

import (
	"fmt"
	"sync"
	"testing"
)

// invariants sees what a cache may never do, whatever the test.
type invariants struct {
	mu         sync.Mutex // protects all below
	busy       map[string]bool
	versions   map[string][]uint64 // the versions of the calls that changed a group, in the order in which the calls were done
	violations []string
}

func (w *invariants) violation(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.violations = append(w.violations, fmt.Sprintf(format, args...))
}

// enterGroup notes that a call is at work on a group.
func (w *invariants) enterGroup(name string) (over func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy == nil {
		w.busy, w.versions = map[string]bool{}, map[string][]uint64{}
	}
	if w.busy[name] {
		w.violations = append(w.violations, fmt.Sprintf("two calls were at work on group %q at once", name))
	}
	w.busy[name] = true
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.busy[name] = false
	}
}

// taskDone records that a task which changed a group is done, and the version that it made.
func (w *invariants) taskDone(group string, version uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.versions[group] = append(w.versions[group], version)
}

// report fails the test for all that was seen.
func (w *invariants) report(t *testing.T) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, wrong := range w.violations {
		t.Error(wrong)
	}
	for name, versions := range w.versions {
		for i := 1; i < len(versions); i++ {
			if versions[i] <= versions[i-1] {
				t.Errorf("group %q: version %d was done after %d", name, versions[i], versions[i-1])
			}
		}
	}
}
