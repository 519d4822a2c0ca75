package engine

import (
	"sync/atomic"
	"time"
)

// CoarseClock is the system's clock to the millisecond, at half the price of time.Now: every call of Track asks for the
// time, and it is usually enough to read how much time has passed since the clock was last read in full. The zero
// CoarseClock is ready for use, by any number of goroutines.
type CoarseClock struct{ last atomic.Pointer[sample] }

// sample is a time, and the same in Unix nanoseconds.
type sample struct {
	at   time.Time
	nano int64
}

// resolution is how long a sample is used. It takes that long at most to notice that the system's clock was set.
const resolution = 10 * time.Millisecond

// Now is the time in Unix milliseconds.
func (c *CoarseClock) Now() int64 {
	if last := c.last.Load(); last != nil {
		if since := time.Since(last.at); 0 <= since && since < resolution {
			return (last.nano + int64(since)) / int64(time.Millisecond)
		}
	}
	now := time.Now()
	c.last.Store(&sample{now, now.UnixNano()})
	return now.UnixMilli()
}
