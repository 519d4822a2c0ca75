package ingest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dictrack/dictrack/tracker"
)

// Summary says what a Pipeline did.
type Summary struct {
	// Read counts all records, Rejected those that were rejected, Matched the messages that matched a tracker, and
	// Duplicates those whose id had come before.
	Read, Matched, Rejected, Duplicates int
	// Groups counts the groups that messages were tracked for.
	Groups int
	// Events counts the events that were emitted.
	Events  Counts
	Elapsed time.Duration
}

// Counts are numbers of events.
type Counts map[tracker.EventKind]int

// eventOrder is the order of a tracker's life.
var eventOrder = []tracker.EventKind{tracker.EventStageCompleted, tracker.EventAllCompleted, tracker.EventReset, tracker.EventLimited, tracker.EventExpired}

// String returns the total and the number of each kind.
func (c Counts) String() string {
	total := 0
	var kinds []string
	for _, kind := range eventOrder {
		if n := c[kind]; n > 0 {
			total += n
			kinds = append(kinds, fmt.Sprintf("%s %d", kind, n))
		}
	}
	if total == 0 {
		return "0"
	}
	return fmt.Sprintf("%d (%s)", total, strings.Join(kinds, ", "))
}

// String returns the summary with one figure per line.
func (s *Summary) String() string {
	lines := []string{
		fmt.Sprintf("messages:    %d", s.Read),
		fmt.Sprintf("matched:     %d", s.Matched),
		fmt.Sprintf("rejected:    %d", s.Rejected),
		fmt.Sprintf("groups:      %d", s.Groups),
		fmt.Sprintf("events:      %v", s.Events),
		fmt.Sprintf("messages/s:  %.0f (%v)", s.rate(), s.Elapsed.Round(time.Millisecond)),
	}
	if s.Duplicates > 0 {
		lines = slices.Insert(lines, 3, fmt.Sprintf("duplicates:  %d", s.Duplicates))
	}
	return strings.Join(lines, "\n") + "\n"
}

func (s *Summary) rate() float64 {
	if s.Elapsed <= 0 {
		return 0
	}
	return float64(s.Read) / s.Elapsed.Seconds()
}
