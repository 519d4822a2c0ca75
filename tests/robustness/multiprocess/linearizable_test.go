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

// TestLinearizable lets three processes track and look at few groups at the same time, over ways to Redis that are
// slow, cut, and lose answers. Each history must be one that could have happened one call after the other, by a
// checker that knows nothing of dictrack. DICTRACK_HISTORIES says how many there are.
func TestLinearizable(t *testing.T) {
	t.Parallel()
	histories := rounds(100, 400)
	if n, err := strconv.Atoi(os.Getenv("DICTRACK_HISTORIES")); err == nil {
		histories = n
	}
	redis, store := startRedis(t), newDatabase(t)
	ways := []*way{newWay(t, redis), newWay(t, redis), newWay(t, redis)}
	h := newHistorians(t, store, ways)
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0)) // #nosec G404 -- chance, no secret
	operations, unknown := 0, 0
	for n := range histories {
		h.ask(n, r.Uint64())
		h.disturb(r)
		history := h.collect(n)
		operations += len(history)
		for _, o := range history {
			if o.Unknown {
				unknown++
			}
		}
		if err := check(history); err != nil {
			t.Fatalf("history %d: %v\n%s", n, err, tell(history))
		}
	}
	t.Logf("%d histories of %d operations, %d of unknown outcome", histories, operations, unknown)
}

// tell writes a history for somebody to read.
func tell(history []operation) string {
	var lines []string
	for _, o := range history {
		lines = append(lines, fmt.Sprintf("%+v", o))
	}
	return strings.Join(lines, "\n")
}

// historians are workers that make histories, and the ways that they go.
type historians struct {
	*crew
	ways []*way
	said chan saying
}

// saying is a line that a historian says.
type saying struct {
	member int
	line   string
}

func newHistorians(t *testing.T, store string, ways []*way) *historians {
	h := &historians{crew: &crew{T: t, ledger: newLedger(), store: store, members: make([]*member, len(ways))}, ways: ways, said: make(chan saying, 1000)}
	h.crew.hears = func(member int, line string) { h.said <- saying{member, line} }
	for i, w := range ways {
		h.caches = append(h.caches, w.url)
		h.enlist(i, orders{Worker: i, Cache: w.url, Store: store, Historian: true})
	}
	t.Cleanup(func() {
		go func() { // what is said while they end
			for range h.said {
			}
		}()
		h.disband()
		close(h.said)
	})
	return h
}

// ask lets every historian make its part.
func (h *historians) ask(n int, seed uint64) {
	for _, m := range h.members {
		if err := json.NewEncoder(m.in).Encode(task{History: n, Seed: seed}); err != nil {
			h.Fatal(err)
		}
	}
}

// disturb breaks a way for a moment, three times out of four.
func (h *historians) disturb(r *rand.Rand) {
	w := h.ways[r.IntN(len(h.ways))]
	time.Sleep(time.Duration(r.IntN(8)) * time.Millisecond)
	w.trouble(r.IntN(4))
	time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
	w.Restore()
}

// collect returns the whole history.
func (h *historians) collect(n int) []operation {
	h.Helper()
	var history []operation
	end := time.After(2 * patience)
	for left := len(h.members); left > 0; {
		select {
		case s := <-h.said:
			text, isOperation := strings.CutPrefix(s.line, "op ")
			switch {
			case isOperation:
				var o operation
				if err := json.Unmarshal([]byte(text), &o); err != nil {
					h.Fatalf("historian %d says %q: %v", s.member, s.line, err)
				}
				history = append(history, o)
			case s.line == fmt.Sprint("history ", n):
				left--
			default:
				h.Fatalf("historian %d says %q", s.member, s.line)
			}
		case <-end:
			h.Fatalf("history %d does not end", n)
		}
	}
	return history
}
