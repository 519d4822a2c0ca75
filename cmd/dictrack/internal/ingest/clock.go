package ingest

import (
	"sync/atomic"
	"time"
)

// Clock is the time that data is tracked at: it stands still until it is set, so that all of a batch happens at one
// time, whichever core it runs on. The zero Clock stands at the start of 1970. It is safe for any goroutine.
type Clock struct{ ms atomic.Int64 }

// Now is the time; for dictrack.Options.
func (c *Clock) Now() time.Time { return time.UnixMilli(c.ms.Load()).UTC() }

func (c *Clock) set(t time.Time) { c.ms.Store(t.UnixMilli()) }
