package dictrack

import (
	"sync/atomic"
	"time"
)

// wall is time.Now at half its price: every call of Track asks for the time, and it is usually enough to read how much
// has gone by since it was last read in full.
type wall struct{ last atomic.Pointer[time.Time] }

// fresh is how long a reading is gone by. A clock that is set is noticed within that time.
const fresh = 10 * time.Millisecond

// now is the time in Unix milliseconds.
func (w *wall) now() int64 {
	if last := w.last.Load(); last != nil {
		if since := time.Since(*last); 0 <= since && since < fresh {
			return last.Add(since).UnixMilli()
		}
	}
	now := time.Now()
	w.last.Store(&now)
	return now.UnixMilli()
}
