package dictrack

import (
	"sync/atomic"
	"time"
)

// wall is time.Now at half its price: every call of Track asks for the time, and it is usually enough to read how much
// has gone by since it was last read in full.
type wall struct{ last atomic.Pointer[reading] }

// reading is a time, and the same in Unix nanoseconds.
type reading struct {
	at   time.Time
	nano int64
}

// fresh is how long a reading is gone by. A clock that is set is noticed within that time.
const fresh = 10 * time.Millisecond

// now is the time in Unix milliseconds.
func (w *wall) now() int64 {
	if last := w.last.Load(); last != nil {
		if since := time.Since(last.at); 0 <= since && since < fresh {
			return (last.nano + int64(since)) / int64(time.Millisecond)
		}
	}
	now := time.Now()
	w.last.Store(&reading{now, now.UnixNano()})
	return now.UnixMilli()
}
