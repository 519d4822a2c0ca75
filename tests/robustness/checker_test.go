package robustness

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// account is what the outside knows of a directory that victims work on: the calls that happened, and what follows
// from them. It shares nothing with the engine.
type account struct {
	acked  [clients]int
	landed [clients]bool               // the call after acked has happened, unacknowledged
	calls  [groups]map[uint64]call     // by the version at which they happened
	told   [groups]map[uint64][]string // the events of a version, in order
	first  [groups]map[uint64]bool     // versions acknowledged by the victim that made them
	repeat int                         // calls that were answered again
}

func newAccount() *account {
	a := &account{}
	for g := range groups {
		a.calls[g], a.told[g], a.first[g] = map[uint64]call{}, map[uint64][]string{}, map[uint64]bool{}
	}
	return a
}

// hear takes in a line of a victim.
func (a *account) hear(line string) error {
	var c call
	var version uint64
	var duplicate bool
	if strings.HasPrefix(line, "error ") { // its status tells
		return nil
	}
	if text, ok := strings.CutPrefix(line, "event "); ok {
		return a.hearEvent(text)
	}
	if _, err := fmt.Sscanf(line, "ack %d %d %d %t", &c.client, &c.n, &version, &duplicate); err != nil {
		return fmt.Errorf("a victim says %q", line)
	}
	acked := a.acked[c.client]
	switch {
	case c.n != acked && c.n != acked+1:
		return fmt.Errorf("call %s is acknowledged after %d", c.id(), acked)
	case c.n == acked || a.landed[c.client]:
		a.repeat++
		if !duplicate || a.calls[c.group()][version] != c {
			return fmt.Errorf("call %s happened before, and is answered with version %d, duplicate %v", c.id(), version, duplicate)
		}
	case duplicate:
		return fmt.Errorf("call %s did not happen before, and is called a duplicate", c.id())
	default:
		a.first[c.group()][version] = true
	}
	if c.n == acked+1 {
		a.acked[c.client], a.landed[c.client] = c.n, false
	}
	return a.happened(c, version)
}

// cut takes in that the victim ended in the midst of its work. A call may return while another goroutine
// is telling events of its group, and its own come after those: what was acknowledged may be untold from
// the last version on that anything was told of.
func (a *account) cut() {
	for g := range groups {
		last := uint64(0)
		for version := range a.told[g] {
			last = max(last, version)
		}
		maps.DeleteFunc(a.first[g], func(version uint64, _ bool) bool { return version >= last })
	}
}

// happened takes in that a call happened at a version.
func (a *account) happened(c call, version uint64) error {
	if other, taken := a.calls[c.group()][version]; taken && other != c {
		return fmt.Errorf("calls %s and %s of group %d have version %d", other.id(), c.id(), c.group(), version)
	}
	a.calls[c.group()][version] = c
	return nil
}

func (a *account) hearEvent(text string) error {
	var g, index int
	var version uint64
	id, what, _ := strings.Cut(text, " ")
	if _, err := fmt.Sscanf(id, "g%d:%d:%d", &g, &version, &index); err != nil || g >= groups {
		return fmt.Errorf("event id %q", id)
	}
	line := fmt.Sprintf("%d %s", index, what)
	if slices.Contains(a.told[g][version], line) {
		return fmt.Errorf("event %s is told twice", text)
	}
	a.told[g][version] = append(a.told[g][version], line)
	return nil
}

// course is what a group's trackers must have come to, call by call.
type course struct {
	calls, amount int
	kinds         [3]int
	lap, ring     int // progress
	lapAt, ringAt int // stages passed in all
	events        []string
}

// step takes in one call; events are what it causes.
func (k *course) step(c call) {
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

func (k *course) event(kind, name string, passed int) {
	k.events = append(k.events, fmt.Sprintf("%s %s %d %d", kind, name, passed%2+1, passed/2+1))
}

// trackers is what List must say: "name progress stage cycle limited".
func (k *course) trackers() []string {
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

// course replays the calls of a group in the order of their versions, and checks what was told of them.
func (a *account) course(g int) (*course, error) {
	k := &course{}
	for i, version := range slices.Sorted(maps.Keys(a.calls[g])) {
		if version != uint64(i+1) {
			return k, fmt.Errorf("group %d has version %d after %d calls", g, version, i)
		}
		k.step(a.calls[g][version])
		told := make([]string, len(a.told[g][version]))
		for n, line := range a.told[g][version] {
			_, told[n], _ = strings.Cut(line, " ")
		}
		lost := len(told) < len(k.events) && !a.first[g][version] // killed before it was told
		if !slices.Equal(told, k.events[:min(len(told), len(k.events))]) || len(told) < len(k.events) && !lost {
			return k, fmt.Errorf("group %d, version %d: told %q, want %q", g, version, told, k.events)
		}
	}
	for version := range a.told[g] {
		if _, ok := a.calls[g][version]; !ok {
			return k, fmt.Errorf("group %d tells events of version %d, which never was", g, version)
		}
	}
	return k, nil
}
