package multiprocess

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// ledger is what the outside knows: which deeds were acknowledged, and what was told of them. It shares nothing with
// the engine.
type ledger struct {
	mu       sync.Mutex     // protects all below
	acked    map[[2]int]int // worker and client -> the last deed
	deeds    [groups]map[uint64]deed
	at       map[deed]int64          // when it was acknowledged, in Unix milliseconds
	told     map[string]string       // event id -> what
	fresh    [groups]map[uint64]bool // versions whose deed was acknowledged by the worker that did it, and no duplicate
	repeated int
	mistakes []string
}

func newLedger() *ledger {
	l := &ledger{acked: map[[2]int]int{}, at: map[deed]int64{}, told: map[string]string{}}
	for g := range groups {
		l.deeds[g], l.fresh[g] = map[uint64]deed{}, map[uint64]bool{}
	}
	return l
}

// hear takes in a line of a worker.
func (l *ledger) hear(worker int, line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if text, ok := strings.CutPrefix(line, "event "); ok {
		l.hearEvent(text)
		return
	}
	d := deed{worker: worker}
	var version uint64
	var duplicate bool
	var at int64
	if _, err := fmt.Sscanf(line, "ack %d %d %d %t %d", &d.client, &d.n, &version, &duplicate, &at); err != nil {
		l.wrong("worker %d says %q", worker, line)
		return
	}
	l.hearAck(d, version, duplicate, at)
}

func (l *ledger) hearAck(d deed, version uint64, duplicate bool, at int64) {
	key := [2]int{d.worker, d.client}
	known, taken := l.deeds[d.group()][version]
	switch {
	case d.n > l.acked[key]+1:
		l.wrong("deed %s is acknowledged after %d", d.id(), l.acked[key])
	case taken && known != d:
		l.wrong("deeds %s and %s of group %d have version %d", known.id(), d.id(), d.group(), version)
	case d.n <= l.acked[key] && (!taken || !duplicate):
		l.wrong("deed %s happened before, and is answered with version %d, duplicate %v", d.id(), version, duplicate)
	}
	if duplicate {
		l.repeated++
	} else {
		l.fresh[d.group()][version] = true
	}
	l.deeds[d.group()][version] = d
	if d.n == l.acked[key]+1 {
		l.acked[key], l.at[d] = d.n, at
	}
}

func (l *ledger) hearEvent(text string) {
	id, what, _ := strings.Cut(text, " ")
	if _, twice := l.told[id]; twice {
		l.wrong("event %s is told twice", id)
	}
	l.told[id] = what
}

func (l *ledger) wrong(format string, values ...any) {
	l.mistakes = append(l.mistakes, fmt.Sprintf(format, values...))
}

// count is the number of deeds that were acknowledged.
func (l *ledger) count() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, acked := range l.acked {
		n += acked
	}
	return n
}

// resume is where a worker goes on.
func (l *ledger) resume(worker int) (acked [clients]int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for client := range acked {
		acked[client] = l.acked[[2]int{worker, client}]
	}
	return acked
}

// untold forgets that the deeds of a worker that is killed were acknowledged by whom did them: their events may have
// died with it.
func (l *ledger) untold(worker int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for g := range groups {
		maps.DeleteFunc(l.fresh[g], func(version uint64, _ bool) bool { return l.deeds[g][version].worker == worker })
	}
}

// settle checks the whole: every deed once, in versions without a gap, and everything told once. The totals are what
// each group must have come to.
func (l *ledger) settle() (sums [groups]totals, mistakes []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for g := range groups {
		for i, version := range slices.Sorted(maps.Keys(l.deeds[g])) {
			if version != uint64(i+1) {
				l.wrong("group %d has version %d after %d deeds", g, version, i)
				break
			}
			sums[g].add(l.deeds[g][version])
		}
		l.checkTold(g)
	}
	return sums, l.mistakes
}

// checkTold holds what was told of a group against its versions. What nobody told must be of a deed whose worker was
// killed, or whose answer was lost.
func (l *ledger) checkTold(g int) {
	for version := range l.deeds[g] {
		for index, want := range events(version) {
			told := l.find(g, version, want)
			if !told && l.fresh[g][version] {
				l.wrong("group %d, version %d: event %d, %q, was not told", g, version, index, want)
			}
		}
	}
	prefix := groupName(g) + ":"
	for id, what := range l.told {
		var version uint64
		text, ok := strings.CutPrefix(id, prefix)
		if !ok {
			continue
		}
		if _, err := fmt.Sscanf(text, "%d:", &version); err != nil || !slices.Contains(events(version), what) {
			l.wrong("event %s, %q, never happened", id, what)
		}
	}
}

func (l *ledger) find(g int, version uint64, what string) bool {
	for index := range 10 { // RESET events lie between
		if l.told[fmt.Sprintf("%s:%d:%d", groupName(g), version, index)] == what {
			return true
		}
	}
	return false
}
