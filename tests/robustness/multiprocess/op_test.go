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

// op is the nth call, from 1, of a client of a worker. These numbers determine everything about it, so another
// worker can repeat it.
type op struct{ worker, client, n int }

func (d op) id() string      { return fmt.Sprintf("%d-%d-%d", d.worker, d.client, d.n) }
func (d op) group() int      { return (d.worker + d.client + d.n) % groups }
func (d op) amount() int     { return 1 + (11*d.worker+7*d.client+d.n)%13 }
func (d op) kind() int       { return d.n % 3 }
func groupName(i int) string { return fmt.Sprint("g", i) }

func (d op) data() map[string]any {
	return map[string]any{"amount": d.amount(), "kind": d.kind()}
}

// trackers is the template of the groups. Every operation changes calls, amount and laps, so that a group's version, the
// number of its operations and its progress are one number.
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
	lap  = 3  // operations of a lap
	goal = 20 // operations that complete once
)

// events returns the events of the operation that led to a version, as workers print them: "kind tracker stage cycle".
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

// totals is the expected content of a group.
type totals struct {
	ops, amount int
	kinds       [3]int
}

func (t *totals) add(d op) {
	t.ops++
	t.amount += d.amount()
	t.kinds[d.kind()]++
}

// lines is what List must return: "name progress cycle".
func (t *totals) lines() []string {
	lines := []string{
		fmt.Sprint("calls ", t.ops, " 1"), fmt.Sprint("amount ", t.amount, " 1"),
		fmt.Sprint("laps ", t.ops%lap, " ", 1+t.ops/lap),
	}
	if t.ops < goal {
		lines = append(lines, fmt.Sprint("once ", t.ops, " 1"))
	}
	for i := range fillers {
		lines = append(lines, fmt.Sprint("filler", i, " ", t.kinds[i%3], " 1"))
	}
	return lines
}
