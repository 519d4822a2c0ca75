package dictrack

import (
	"encoding/json"
	"time"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/internal/notify"
	"github.com/dictrack/dictrack/tracker"
)

// Event is something that happened to a tracker, after it was committed.
type Event struct {
	Kind  EventKind
	Group string
	// Tracker is the tracker as it was then: of EventStageCompleted at the stage that was completed, of EventReset after
	// the move to the next stage.
	Tracker Snapshot
	// Time is when the change happened, in UTC and to the millisecond.
	Time time.Time
	// Version is the group's version after the change; Index counts the events of that change from 0.
	Version uint64
	Index   int
	// Limiter is the kind of the limiter that limited the tracker, LimiterIndex its index among the tracker's limiters; of
	// EventLimited only.
	Limiter      string
	LimiterIndex int
	// Cycles is how many cycles a completed stage spanned, if more than one; else 0.
	Cycles int64
	// Timer reports that the clock caused the change, and no call.
	Timer bool
}

// ID identifies the event: group:version:index. The same event always has the same ID, also when it is delivered again.
func (e Event) ID() string {
	c := notify.CommitInfo{Group: e.Group, Version: e.Version}
	return c.EventID(e.Index)
}

// MarshalJSON writes the event flat, on one line; numbers are exact.
func (e Event) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Event     EventKind       `json:"event"`
		Group     string          `json:"group"`
		Tracker   string          `json:"tracker"`
		Stage     int             `json:"stage"`
		Cycle     int64           `json:"cycle"`
		Target    decimal.Decimal `json:"target"`
		Progress  decimal.Decimal `json:"progress"`
		Completed bool            `json:"completed"`
		Limited   bool            `json:"limited"`
		Limiter   string          `json:"limiter,omitempty"`
		Cycles    int64           `json:"cycles,omitempty"`
		Time      time.Time       `json:"time"`
		ID        string          `json:"id"`
	}{
		e.Kind, e.Group, e.Tracker.Name, e.Tracker.Stage, e.Tracker.Cycle, e.Tracker.Target,
		e.Tracker.Progress, e.Tracker.Completed, e.Tracker.Limited, e.Limiter, e.Cycles, e.Time, e.ID(),
	})
}

// newEvent describes the event at index of a commit.
func newEvent(c *notify.CommitInfo, index int, e *tracker.Event) Event {
	return Event{
		Kind: e.Kind, Group: c.Group, Tracker: e.Definition.Snapshot(c.Group, e.State),
		Time: time.UnixMilli(c.Time).UTC(), Version: c.Version, Index: index,
		Limiter: e.Limiter, LimiterIndex: e.LimiterIndex, Cycles: e.Cycles, Timer: c.Timer,
	}
}

// newEvents describes all events of a commit.
func newEvents(c *notify.CommitInfo, list []tracker.Event) (events []Event) {
	for i := range list {
		events = append(events, newEvent(c, i, &list[i]))
	}
	return events
}
