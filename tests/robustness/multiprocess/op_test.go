package multiprocess

import (
	"fmt"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/tracker"
)

const (
	clients = 4 // goroutines of a worker
	groups  = 3
	// fillers are trackers that make a group two chunks.
	fillers = 140
)

// deed is the nth call, from 1, of a client of a worker. Everything about it follows from these numbers, so that it
// can be made again by a worker that knows nothing but them.
type deed struct{ worker, client, n int }

func (d deed) id() string    { return fmt.Sprintf("%d-%d-%d", d.worker, d.client, d.n) }
func (d deed) group() int    { return (d.worker + d.client + d.n) % groups }
func (d deed) amount() int   { return 1 + (11*d.worker+7*d.client+d.n)%13 }
func (d deed) kind() int     { return d.n % 3 }
func groupName(i int) string { return fmt.Sprint("g", i) }

func (d deed) data() map[string]any {
	return map[string]any{"amount": d.amount(), "kind": d.kind()}
}

// trackers is the template of the groups. Every deed moves calls, amount and laps, so that a group's version, the
// number of its deeds and its progress are one number.
func trackers() []tracker.Spec {
	const never = 1_000_000_000
	specs := []tracker.Spec{
		dictrack.Count("calls", dictrack.Targets(never)),
		dictrack.Sum("amount", "amount", dictrack.Targets(never)),
		dictrack.Count("laps", dictrack.Targets(lap), dictrack.Loop()),
		dictrack.Count("once", dictrack.Targets(goal)),
	}
	for i := range fillers {
		specs = append(specs, dictrack.Count(fmt.Sprint("filler", i), dictrack.Targets(never), dictrack.Where(condition.Eq("kind", i%3))))
	}
	return specs
}

const (
	lap  = 3  // deeds of a lap
	goal = 20 // deeds that complete once
)

// events are what the deed that led to a version causes, as workers tell it: "kind tracker stage cycle".
func events(version uint64) []string {
	var lines []string
	if version%lap == 0 {
		lines = append(lines, fmt.Sprint("STAGE_COMPLETED laps 1 ", version/lap))
	}
	if version == goal {
		lines = append(lines, "ALL_COMPLETED once 1 1")
	}
	return lines
}

// totals is what a group must have come to.
type totals struct {
	deeds, amount int
	kinds         [3]int
}

func (t *totals) add(d deed) {
	t.deeds++
	t.amount += d.amount()
	t.kinds[d.kind()]++
}

// lines is what List must say: "name progress cycle".
func (t *totals) lines() []string {
	lines := []string{
		fmt.Sprint("calls ", t.deeds, " 1"), fmt.Sprint("amount ", t.amount, " 1"),
		fmt.Sprint("laps ", t.deeds%lap, " ", 1+t.deeds/lap),
	}
	if t.deeds < goal {
		lines = append(lines, fmt.Sprint("once ", t.deeds, " 1"))
	}
	for i := range fillers {
		lines = append(lines, fmt.Sprint("filler", i, " ", t.kinds[i%3], " 1"))
	}
	return lines
}
