package engine

import (
	"sync"
	"testing"
	"time"
)

// TestCoarseClockIsTimeNow holds the default clock against the system's, from several goroutines.
func TestCoarseClockIsTimeNow(t *testing.T) {
	var c CoarseClock
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			last := int64(0)
			for end := time.Now().Add(5 * resolution); time.Now().Before(end); {
				before := time.Now().UnixMilli()
				now := c.Now()
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

// TestCoarseClockNoticesThatTheClockWasSet uses no sample that is too old.
func TestCoarseClockNoticesThatTheClockWasSet(t *testing.T) {
	var c CoarseClock
	old := time.Now().Add(-resolution).Round(0) // without a monotonic reading, as if the clock had been set
	c.last.Store(&sample{old, old.UnixNano()})
	if now := c.Now(); now < time.Now().UnixMilli()-1 {
		t.Errorf("%d is %v late", now, time.Since(time.UnixMilli(now)))
	}
}

func BenchmarkCoarseClock(b *testing.B) {
	var c CoarseClock
	for b.Loop() {
		c.Now()
	}
}
