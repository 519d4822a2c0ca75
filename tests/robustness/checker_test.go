package robustness

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// checker records what is observed from outside of a directory that workers use: the calls that happened, and what
// follows from them. It shares no code with the engine.
type checker struct {
	acked          [clients]int
	unacknowledged [clients]bool               // the call after acked has happened, without an acknowledgement
	calls          [groups]map[uint64]call     // by the version at which they happened
	events         [groups]map[uint64][]string // the events of a version, in order
	first          [groups]map[uint64]bool     // versions acknowledged by the worker that made them
	repeat         int                         // calls that were repeated
}

func newChecker() *checker {
	a := &checker{}
	for g := range groups {
		a.calls[g], a.events[g], a.first[g] = map[uint64]call{}, map[uint64][]string{}, map[uint64]bool{}
	}
	return a
}

// observe records a line of a worker's output.
func (a *checker) observe(line string) error {
	var c call
	var version uint64
	var duplicate bool
	if strings.HasPrefix(line, "error ") { // its exit status says so
		return nil
	}
	if text, ok := strings.CutPrefix(line, "event "); ok {
		return a.observeEvent(text)
	}
	if _, err := fmt.Sscanf(line, "ack %d %d %d %t", &c.client, &c.n, &version, &duplicate); err != nil {
		return fmt.Errorf("a worker wrote %q", line)
	}
	acked := a.acked[c.client]
	switch {
	case c.n != acked && c.n != acked+1:
		return fmt.Errorf("call %s is acknowledged after %d", c.id(), acked)
	case c.n == acked || a.unacknowledged[c.client]:
		a.repeat++
		if !duplicate || a.calls[c.group()][version] != c {
			return fmt.Errorf("call %s happened before, and is onAnswer with version %d, duplicate %v", c.id(), version, duplicate)
		}
	case duplicate:
		return fmt.Errorf("call %s did not happen before, and is called a duplicate", c.id())
	default:
		a.first[c.group()][version] = true
	}
	if c.n == acked+1 {
		a.acked[c.client], a.unacknowledged[c.client] = c.n, false
	}
	return a.happened(c, version)
}

// cut records that the worker was killed. A call may return while another goroutine delivers events of its group, and
// its own come after those: events may be missing from the last version on that any event was delivered of.
func (a *checker) workerKilled() {
	for g := range groups {
		last := uint64(0)
		for version := range a.events[g] {
			last = max(last, version)
		}
		maps.DeleteFunc(a.first[g], func(version uint64, _ bool) bool { return version >= last })
	}
}

// happened records that a call happened at a version.
func (a *checker) happened(c call, version uint64) error {
	if other, taken := a.calls[c.group()][version]; taken && other != c {
		return fmt.Errorf("calls %s and %s of group %d have version %d", other.id(), c.id(), c.group(), version)
	}
	a.calls[c.group()][version] = c
	return nil
}

func (a *checker) observeEvent(text string) error {
	var g, index int
	var version uint64
	id, what, _ := strings.Cut(text, " ")
	if _, err := fmt.Sscanf(id, "g%d:%d:%d", &g, &version, &index); err != nil || g >= groups {
		return fmt.Errorf("event id %q", id)
	}
	line := fmt.Sprintf("%d %s", index, what)
	if slices.Contains(a.events[g][version], line) {
		return fmt.Errorf("event %s is delivered twice", text)
	}
	a.events[g][version] = append(a.events[g][version], line)
	return nil
}

// expectedGroup is the expected state of a group's trackers, call by call.
type expectedGroup struct {
	calls, amount int
	kinds         [3]int
	lap, ring     int // progress
	lapAt, ringAt int // stages passed in all
	events        []string
}

// step applies one call; events are those it causes.
func (k *expectedGroup) step(c call) {
	k.events = nil
	k.calls++
	k.amount += c.amount()
	k.kinds[c.kind()]++
	k.lap++
	for k.lap == [2]int{3, 5}[k.lapAt%2] {
		k.event(stageCompleted, "laps", k.lapAt)
		if k.lapAt%2 == 1 {
			k.lap = 0
		}
		k.lapAt++
	}
	k.ring += c.amount()
	for k.ring >= [2]int{10, 25}[k.ringAt%2] {
		k.ring -= [2]int{10, 25}[k.ringAt%2]
		k.event(stageCompleted, "ring", k.ringAt)
		k.ringAt++
	}
	if k.calls == 20 {
		k.event("ALL_COMPLETED", "once", 0)
	}
	if k.calls == 7 {
		k.event("LIMITED", "held", 0)
	}
}

const stageCompleted = "STAGE_COMPLETED"

func (k *expectedGroup) event(kind, name string, passed int) {
	k.events = append(k.events, fmt.Sprintf("%s %s %d %d", kind, name, passed%2+1, passed/2+1))
}

// trackers is what List must return: "name progress stage cycle limited".
func (k *expectedGroup) trackers() []string {
	if k.calls == 0 {
		return nil
	}
	lines := []string{
		fmt.Sprintf("calls %d 1 1 false", k.calls), fmt.Sprintf("amount %d 1 1 false", k.amount),
		fmt.Sprintf("laps %d %d %d false", k.lap, k.lapAt%2+1, k.lapAt/2+1),
		fmt.Sprintf("ring %d %d %d false", k.ring, k.ringAt%2+1, k.ringAt/2+1),
	}
	if k.calls < 20 {
		lines = append(lines, fmt.Sprintf("once %d 1 1 false", k.calls))
	}
	lines = append(lines, fmt.Sprintf("held %d 1 1 %v", min(k.calls, 7), k.calls >= 7))
	for i := range fillers {
		lines = append(lines, fmt.Sprintf("filler%d %d 1 1 false", i, k.kinds[i%3]))
	}
	return lines
}

// replay replays the calls of a group in the order of their versions, and checks their events.
func (a *checker) replay(g int) (*expectedGroup, error) {
	k := &expectedGroup{}
	for i, version := range slices.Sorted(maps.Keys(a.calls[g])) {
		if version != uint64(i+1) {
			return k, fmt.Errorf("group %d has version %d after %d calls", g, version, i)
		}
		k.step(a.calls[g][version])
		delivered := make([]string, len(a.events[g][version]))
		for n, line := range a.events[g][version] {
			_, delivered[n], _ = strings.Cut(line, " ")
		}
		lost := len(delivered) < len(k.events) && !a.first[g][version] // killed before it was delivered
		if !slices.Equal(delivered, k.events[:min(len(delivered), len(k.events))]) || len(delivered) < len(k.events) && !lost {
			return k, fmt.Errorf("group %d, version %d: events %q, want %q", g, version, delivered, k.events)
		}
	}
	for version := range a.events[g] {
		if _, ok := a.calls[g][version]; !ok {
			return k, fmt.Errorf("group %d has events of version %d, which never existed", g, version)
		}
	}
	return k, nil
}
