package dictrack

import (
	"sync"
	"testing"
	"time"
)

// TestWallIsTimeNow holds the default clock against the system's, from several goroutines.
func TestWallIsTimeNow(t *testing.T) {
	var w wall
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			last := int64(0)
			for end := time.Now().Add(5 * fresh); time.Now().Before(end); {
				before := time.Now().UnixMilli()
				now := w.now()
				if after := time.Now().UnixMilli(); now < before-1 || now > after+1 || now < last-1 {
					t.Errorf("%d, want it between %d and %d, and not before %d", now, before, after, last)
					return
				}
				last = now
			}
		})
	}
	all.Wait()
}

// TestWallNoticesThatTheClockWasSet takes a reading for as good as its age.
func TestWallNoticesThatTheClockWasSet(t *testing.T) {
	var w wall
	old := time.Now().Add(-fresh).Round(0) // without a monotonic reading, as if the clock had been set
	w.last.Store(&reading{old, old.UnixNano()})
	if now := w.now(); now < time.Now().UnixMilli()-1 {
		t.Errorf("%d is %v late", now, time.Since(time.UnixMilli(now)))
	}
}

func BenchmarkWall(b *testing.B) {
	var w wall
	for b.Loop() {
		w.now()
	}
}
