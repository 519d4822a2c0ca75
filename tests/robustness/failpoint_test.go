package robustness

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
)

// TestCrashAtWrites lets the process exit, or the disk fail or wait, before one of its writes and syncs. At whichever
// write that is, everything acknowledged must be there exactly once.
func TestCrashAtWrites(t *testing.T) {
	writes, apart := int64(240), int64(12)
	if fullRun() {
		apart = 2
	}
	var next atomic.Int64
	var met [3]atomic.Int64
	var all sync.WaitGroup
	for range parallelTests {
		all.Go(func() {
			for !t.Failed() {
				n := next.Add(1)
				at := 1 + n/3*apart + n%3%apart // exit, error and delay meet neighbouring writes
				if at > writes {
					return
				}
				fault := int(n % 3)
				if failAt(t, at, [...]string{"exit", "error", "delay"}[fault]) {
					met[fault].Add(1)
				}
			}
		})
	}
	all.Wait()
	t.Logf("ended at %d writes, failed at %d, waited at %d", met[0].Load(), met[1].Load(), met[2].Load())
	if met[0].Load() == 0 || met[1].Load() == 0 || met[2].Load() == 0 {
		t.Error("no fault was met")
	}
}

// failAt injects one fault and checks the directory; met reports whether the fault happened.
func failAt(t *testing.T, at int64, fault string) (met bool) {
	l := newCrashTest(t, fmt.Sprint(fault, at))
	status := l.run(workerConfig{Calls: 40, At: at, Fault: fault})
	want := map[string]int{"exit": statusExited, "error": statusFailed, "delay": 0}[fault]
	if status != want && status != 0 {
		t.Errorf("%s at write %d: the worker ended with status %d", fault, at, status)
	}
	if status != 0 {
		l.a.workerKilled()
	}
	l.check()
	l.finish(&crashTotals{})
	return status == want
}
