package multiprocess

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// checker records what is observed from outside: which operations were acknowledged, and which events were delivered.
// It shares no code with the engine.
type checker struct {
	mu         sync.Mutex     // protects all below
	acked      map[[2]int]int // worker and client -> the last operation
	ops        [groups]map[uint64]op
	at         map[op]int64            // when it was acknowledged, in Unix milliseconds
	seenEvents map[string]string       // event id -> what
	firstAcks  [groups]map[uint64]bool // versions that the worker which made the operation acknowledged, not as a duplicate
	repeated   int
	mistakes   []string
}

func newChecker() *checker {
	l := &checker{acked: map[[2]int]int{}, at: map[op]int64{}, seenEvents: map[string]string{}}
	for g := range groups {
		l.ops[g], l.firstAcks[g] = map[uint64]op{}, map[uint64]bool{}
	}
	return l
}

// observe records a line of a worker's output.
func (l *checker) observe(worker int, line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if text, ok := strings.CutPrefix(line, "event "); ok {
		l.observeEvent(text)
		return
	}
	d := op{worker: worker}
	var version uint64
	var duplicate bool
	var at int64
	if _, err := fmt.Sscanf(line, "ack %d %d %d %t %d", &d.client, &d.n, &version, &duplicate, &at); err != nil {
		l.addMistake("worker %d wrote %q", worker, line)
		return
	}
	l.observeAck(d, version, duplicate, at)
}

func (l *checker) observeAck(d op, version uint64, duplicate bool, at int64) {
	key := [2]int{d.worker, d.client}
	known, taken := l.ops[d.group()][version]
	switch {
	case d.n > l.acked[key]+1:
		l.addMistake("operation %s is acknowledged after %d", d.id(), l.acked[key])
	case taken && known != d:
		l.addMistake("operations %s and %s of group %d have version %d", known.id(), d.id(), d.group(), version)
	case d.n <= l.acked[key] && (!taken || !duplicate):
		l.addMistake("operation %s happened before, and is answered with version %d, duplicate %v", d.id(), version, duplicate)
	}
	if duplicate {
		l.repeated++
	} else {
		l.firstAcks[d.group()][version] = true
	}
	l.ops[d.group()][version] = d
	if d.n == l.acked[key]+1 {
		l.acked[key], l.at[d] = d.n, at
	}
}

func (l *checker) observeEvent(text string) {
	id, what, _ := strings.Cut(text, " ")
	if _, twice := l.seenEvents[id]; twice {
		l.addMistake("event %s is delivered twice", id)
	}
	l.seenEvents[id] = what
}

func (l *checker) addMistake(format string, values ...any) {
	l.mistakes = append(l.mistakes, fmt.Sprintf(format, values...))
}

// count returns the number of acknowledged operations.
func (l *checker) count() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, acked := range l.acked {
		n += acked
	}
	return n
}

// resume returns the last acknowledged operation of each client of a worker.
func (l *checker) resume(worker int) (acked [clients]int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for client := range acked {
		acked[client] = l.acked[[2]int{worker, client}]
	}
	return acked
}

// forgetAcks forgets the first acknowledgements of a worker that was killed: it may have died before it delivered their
// events.
func (l *checker) forgetAcks(worker int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for g := range groups {
		maps.DeleteFunc(l.firstAcks[g], func(version uint64, _ bool) bool { return l.ops[g][version].worker == worker })
	}
}

// check checks everything: each operation once, versions without gaps, each event once. It returns the expected
// totals of each group.
func (l *checker) checkAll() (sums [groups]totals, mistakes []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for g := range groups {
		for i, version := range slices.Sorted(maps.Keys(l.ops[g])) {
			if version != uint64(i+1) {
				l.addMistake("group %d has version %d after %d operations", g, version, i)
				break
			}
			sums[g].add(l.ops[g][version])
		}
		l.checkEvents(g)
	}
	return sums, l.mistakes
}

// checkEvents compares the events of a group with its versions. Only events of operations whose worker was killed or
// whose reply was lost may be missing.
func (l *checker) checkEvents(g int) {
	for version := range l.ops[g] {
		for index, want := range events(version) {
			found := l.findEvent(g, version, want)
			if !found && l.firstAcks[g][version] {
				l.addMistake("group %d, version %d: event %d, %q, was not delivered", g, version, index, want)
			}
		}
	}
	prefix := groupName(g) + ":"
	for id, what := range l.seenEvents {
		var version uint64
		text, ok := strings.CutPrefix(id, prefix)
		if !ok {
			continue
		}
		if _, err := fmt.Sscanf(text, "%d:", &version); err != nil || !slices.Contains(events(version), what) {
			l.addMistake("event %s, %q, never happened", id, what)
		}
	}
}

func (l *checker) findEvent(g int, version uint64, what string) bool {
	for index := range 10 { // RESET events lie between
		if l.seenEvents[fmt.Sprintf("%s:%d:%d", groupName(g), version, index)] == what {
			return true
		}
	}
	return false
}
