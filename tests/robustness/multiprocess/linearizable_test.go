package multiprocess

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestLinearizable lets three processes track and list a few groups at the same time, over connections to Redis that are
// slow, cut, and lose replies. Each history must be one that could have happened one call after the other, by a
// checker that knows nothing of dictrack. DICTRACK_HISTORIES says how many there are.
func TestLinearizable(t *testing.T) {
	t.Parallel()
	histories := rounds(100, 400)
	if n, err := strconv.Atoi(os.Getenv("DICTRACK_HISTORIES")); err == nil {
		histories = n
	}
	redis, store := startRedis(t), newDatabase(t)
	proxies := []*proxy{newProxy(t, redis), newProxy(t, redis), newProxy(t, redis)}
	h := newHistoryWorkers(t, store, proxies)
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0)) // #nosec G404 -- chance, no secret
	operations, unknown := 0, 0
	for n := range histories {
		h.ask(n, r.Uint64())
		h.injectFault(r)
		history := h.collect(n)
		operations += len(history)
		for _, o := range history {
			if o.Unknown {
				unknown++
			}
		}
		if err := checkHistory(history); err != nil {
			t.Fatalf("history %d: %v\n%s", n, err, formatHistory(history))
		}
	}
	t.Logf("%d histories of %d operations, %d of unknown outcome", histories, operations, unknown)
}

// formatHistory formats a history for a person.
func formatHistory(history []operation) string {
	var lines []string
	for _, o := range history {
		lines = append(lines, fmt.Sprintf("%+v", o))
	}
	return strings.Join(lines, "\n")
}

// historyWorkers are workers that make histories, and their proxies to Redis.
type historyWorkers struct {
	*workers
	proxies []*proxy
	lines   chan workerLine
}

// workerLine is a line of a worker's output.
type workerLine struct {
	process int
	line    string
}

func newHistoryWorkers(t *testing.T, store string, proxies []*proxy) *historyWorkers {
	h := &historyWorkers{workers: &workers{T: t, checker: newChecker(), store: store, processes: make([]*process, len(proxies))}, proxies: proxies, lines: make(chan workerLine, 1000)}
	h.workers.onLine = func(process int, line string) { h.lines <- workerLine{process, line} }
	for i, w := range proxies {
		h.caches = append(h.caches, w.url)
		h.start(i, config{Worker: i, Cache: w.url, Store: store, MakeHistories: true})
	}
	t.Cleanup(func() {
		go func() { // drain their output while they end
			for range h.lines {
			}
		}()
		h.killAll()
		close(h.lines)
	})
	return h
}

// ask requests a part from every worker.
func (h *historyWorkers) ask(n int, seed uint64) {
	for _, m := range h.processes {
		if err := m.Send(task{History: n, Seed: seed}); err != nil {
			h.Fatal(err)
		}
	}
}

// injectFault injects a fault into a proxy for a moment.
func (h *historyWorkers) injectFault(r *rand.Rand) {
	w := h.proxies[r.IntN(len(h.proxies))]
	time.Sleep(time.Duration(r.IntN(8)) * time.Millisecond)
	w.injectFault(r.IntN(4))
	time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
	w.Restore()
}

// collect returns the whole history.
func (h *historyWorkers) collect(n int) []operation {
	h.Helper()
	var history []operation
	end := time.After(2 * timeout)
	for left := len(h.processes); left > 0; {
		select {
		case s := <-h.lines:
			text, isOperation := strings.CutPrefix(s.line, "op ")
			switch {
			case isOperation:
				var o operation
				if err := json.Unmarshal([]byte(text), &o); err != nil {
					h.Fatalf("history worker %d wrote %q: %v", s.process, s.line, err)
				}
				history = append(history, o)
			case s.line == fmt.Sprint("history ", n):
				left--
			default:
				h.Fatalf("history worker %d wrote %q", s.process, s.line)
			}
		case <-end:
			h.Fatalf("history %d does not end", n)
		}
	}
	return history
}
