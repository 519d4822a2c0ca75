// Package notify delivers events to the handlers that subscribed to them: those of one group in the order of its
// commits and one at a time, those of different groups at the same time.
package notify

import (
	"strconv"

	"github.com/dictrack/dictrack/tracker"
)

// CommitInfo is what the events of one commit have in common.
type CommitInfo struct {
	Group   string
	Version uint64 // of the group after the commit
	Time    int64  // when the change happened, in Unix milliseconds
	Timer   bool   // the clock caused it, and no call
}

// EventID identifies the event at an index of the commit: group:version:index.
func (c *CommitInfo) EventID(index int) string {
	return c.Group + ":" + strconv.FormatUint(c.Version, 10) + ":" + strconv.Itoa(index)
}

// Commit is the events of one commit of a group, in their order.
type Commit struct {
	CommitInfo
	Events []tracker.Event
}

// Handler gets one event: the one at index of c.Events. It must not change c, nor use it after it has returned; it may
// keep the events.
type Handler func(c *Commit, index int)
