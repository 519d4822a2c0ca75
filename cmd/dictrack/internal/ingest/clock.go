package ingest

import (
	"sync/atomic"
	"time"
)

// Clock is the clock of the Manager. It stands still until it is set, so that all messages of a batch have one time,
// whichever core they run on. The zero Clock stands at the start of 1970. It is safe for concurrent use.
type Clock struct{ ms atomic.Int64 }

// Now returns the time; it is the Clock of dictrack.Options.
func (c *Clock) Now() time.Time { return time.UnixMilli(c.ms.Load()).UTC() }

func (c *Clock) set(t time.Time) { c.ms.Store(t.UnixMilli()) }
