package robustness

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache/writebehind"
	"github.com/dictrack/dictrack/internal/testprocess"
	"github.com/dictrack/dictrack/store/pebblestore"
)

// roleWriteBehind is the role of a worker with a write-behind cache.
const roleWriteBehind = "behind"

// writeBehindConfig configures such a worker.
type writeBehindConfig struct {
	Dir      string
	Bound    writebehind.Options
	From, To [clients]int  // the first call of each client, and the last; then the worker closes and ends
	Pause    time.Duration // after each call
}

// runWriteBehindWorker tracks as configured. After each call it prints "client n version" and the time in Unix microseconds.
func runWriteBehindWorker(in io.Reader, out io.Writer) (status int) {
	var o writeBehindConfig
	err := json.NewDecoder(in).Decode(&o)
	if err == nil {
		err = o.run(out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "a write-behind worker:", err)
		return statusFailed
	}
	return 0
}

func (o *writeBehindConfig) run(out io.Writer) error {
	ctx := context.Background()
	s, err := pebblestore.Open(ctx, o.Dir, pebblestore.Options{CacheBytes: 1 << 20, MemTableBytes: 64 << 10})
	if err != nil {
		return err
	}
	m, err := dictrack.Open(ctx, dictrack.Options{Store: s, Cache: writebehind.New(o.Bound)})
	if err == nil {
		err = m.SetTemplate("all", crashTrackers()...)
	}
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() {
			for n := o.From[client]; n <= o.To[client]; n++ {
				c := call{client, n}
				group, data := c.input()
				res, trackErr := m.Track(ctx, dictrack.Message{Group: group, Data: data, ID: c.id()})
				if trackErr != nil {
					panic(trackErr)
				}
				fmt.Fprintln(out, client, n, res.Version, time.Now().UnixMicro())
				time.Sleep(o.Pause)
			}
		})
	}
	all.Wait()
	return m.Close(ctx)
}

// ack is a worker's acknowledgement of a call.
type ack struct {
	version uint64
	at      time.Time
}

// writeBehindTest is a test of such workers on one directory.
type writeBehindTest struct {
	*testing.T
	writeBehindConfig
	acks      map[call]ack // by the latest worker that acknowledged it
	lastCalls [clients]int // the last call of each client
	last      time.Time    // when the last call was acknowledged
	missing   int          // calls, in all
}

// TestCrashWriteBehind kills processes that write behind. What is missing afterwards is no more than the bound says, by count
// or by age, and the last of each group; made again, it counts once.
func TestCrashWriteBehind(t *testing.T) {
	for name, o := range map[string]writeBehindConfig{
		"count": {Bound: writebehind.Options{MaxDelay: time.Hour, MaxPending: 40}},
		"age":   {Bound: writebehind.Options{MaxDelay: 400 * time.Millisecond, MaxPending: 1 << 30}, Pause: time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &writeBehindTest{T: t, writeBehindConfig: o, acks: map[call]ack{}}
			l.Dir, l.From = t.TempDir(), [clients]int{1, 1, 1, 1}
			for client := range clients {
				l.To[client] = 1 << 30
			}
			for _, after := range []time.Duration{0, 300 * time.Millisecond, 700 * time.Millisecond, 4 * time.Second} {
				l.kill(after)
			}
			for client := range clients {
				l.To[client] = l.lastCalls[client] + 20
			}
			for line := range l.run(nil) {
				l.observe(line)
			}
			if lost := l.check(); lost != 0 {
				t.Errorf("%d calls are missing after Close", lost)
			}
			t.Logf("%d calls, %d of them made again", len(l.acks), l.missing)
			if l.missing == 0 {
				t.Error("no call was ever missing: the workers do not write behind")
			}
		})
	}
}

// kill lets a worker run for a while, kills it, and checks what is missing.
func (l *writeBehindTest) kill(after time.Duration) {
	began := make(chan func(), 1)
	first := true
	for line := range l.run(began) {
		l.observe(line)
		if first {
			first = false
			time.AfterFunc(after, <-began)
		}
	}
	l.missing += l.check()
}

// run runs a worker and yields the lines of its output.
func (l *writeBehindTest) run(began chan<- func()) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		p, err := testprocess.Start(roleWriteBehind, l.writeBehindConfig, "GOMAXPROCS=2")
		if err != nil {
			l.Error(err)
			return
		}
		if began != nil {
			began <- p.Kill
		}
		for line, ok := p.Line(); ok && yield(line); line, ok = p.Line() {
		}
		if err := p.Wait(); (err == nil) != (began == nil) {
			l.Errorf("the worker ended with %v", err)
		}
	}
}

func (l *writeBehindTest) observe(line string) {
	var c call
	var s ack
	var micros int64
	if _, err := fmt.Sscanf(line, "%d %d %d %d", &c.client, &c.n, &s.version, &micros); err != nil {
		return // cut short by the kill
	}
	s.at = time.UnixMicro(micros)
	if before, ok := l.acks[c]; ok && c.n < l.From[c.client] && before.version != s.version {
		l.Errorf("call %s was stored as version %d, and is onAnswer with %d", c.id(), before.version, s.version)
	}
	l.acks[c] = s
	if s.at.After(l.last) {
		l.last = s.at
	}
	l.lastCalls[c.client] = max(l.lastCalls[c.client], c.n)
}

// check compares the stored calls with the acknowledged ones, and returns how many calls are missing. Each client
// continues with its first missing one.
func (l *writeBehindTest) check() (missing int) {
	s, err := pebblestore.Open(l.Context(), l.Dir, pebblestore.Options{})
	if err != nil {
		l.Fatal(err)
	}
	a, oldest := newChecker(), l.last
	for client := range clients {
		l.From[client] = 0
		for n := 1; n <= l.lastCalls[client]+1; n++ {
			c := call{client, n}
			seen, kept, err := s.FindMessageID(l.Context(), groupName(c.group()), c.id())
			acked, ok := l.acks[c]
			switch {
			case err != nil:
				l.Fatal(err)
			case kept && ok && seen.Version != acked.version:
				l.Errorf("call %s was acknowledged as version %d and stored as %d", c.id(), acked.version, seen.Version)
			case kept:
				err = a.happened(c, seen.Version)
			case ok:
				missing++
				if acked.at.Before(oldest) {
					oldest = acked.at
				}
			}
			if err != nil {
				l.Error(err)
			}
			if !kept && l.From[client] == 0 {
				l.From[client] = n
			}
		}
		if l.From[client] == 0 {
			l.From[client] = l.lastCalls[client] + 2
		}
	}
	if err := errors.Join(s.Close(), a.compare(l.Dir)); err != nil { // each group is what its first calls lead to
		l.Error(err)
	}
	if missing > l.Bound.MaxPending {
		l.Errorf("%d calls are missing, more than the bound of %d", missing, l.Bound.MaxPending)
	}
	if age := l.last.Sub(oldest); age > l.Bound.MaxDelay+commitTolerance {
		l.Errorf("a call is missing that was acknowledged %v before the end, and the bound is %v", age, l.Bound.MaxDelay)
	}
	return missing
}

// commitTolerance is how much longer than half the limit a commit may take on a busy machine.
const commitTolerance = 2 * time.Second
