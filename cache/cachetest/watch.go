package cachetest

import (
	"fmt"
	"sync"
	"testing"
)

// watch sees what a cache may never do, whatever the test.
type watch struct {
	mu      sync.Mutex // protects all below
	working map[string]bool
	ends    map[string][]uint64 // the versions of the calls that changed a group, as they were settled
	wrongs  []string
}

func (w *watch) wrong(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wrongs = append(w.wrongs, fmt.Sprintf(format, args...))
}

// work notes that a call is at work on a group.
func (w *watch) work(name string) (over func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.working == nil {
		w.working, w.ends = map[string]bool{}, map[string][]uint64{}
	}
	if w.working[name] {
		w.wrongs = append(w.wrongs, fmt.Sprintf("two calls were at work on group %q at once", name))
	}
	w.working[name] = true
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.working[name] = false
	}
}

// ended notes the order in which calls that changed a group were settled.
func (w *watch) ended(c *call) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.err == nil && c.changed {
		w.ends[c.name] = append(w.ends[c.name], c.version)
	}
}

// report fails the test for all that was seen.
func (w *watch) report(t *testing.T) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, wrong := range w.wrongs {
		t.Error(wrong)
	}
	for name, versions := range w.ends {
		for i := 1; i < len(versions); i++ {
			if versions[i] <= versions[i-1] {
				t.Errorf("group %q: version %d was settled after %d", name, versions[i], versions[i-1])
			}
		}
	}
}
