package prove

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache/writebehind"
	"github.com/dictrack/dictrack/store/pebblestore"
)

// victimBehind makes a victim one that writes behind.
const victimBehind = "behind"

// behindOrders is what such a victim is told.
type behindOrders struct {
	Dir      string
	Bound    writebehind.Options
	From, To [clients]int  // the first call of each client, and the last; then the victim closes and ends
	Pause    time.Duration // after each call
}

// behindVictim tracks as ordered. After each call it says "client n version", and when that was in Unix microseconds.
func behindVictim(in io.Reader, out io.Writer) (status int) {
	var o behindOrders
	err := json.NewDecoder(in).Decode(&o)
	if err == nil {
		err = o.obey(out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "a victim that writes behind:", err)
		return statusFailed
	}
	return 0
}

func (o *behindOrders) obey(out io.Writer) error {
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

// settled is what a victim said of a call.
type settled struct {
	version uint64
	at      time.Time
}

// behindLane is a directory that such victims work on.
type behindLane struct {
	*testing.T
	behindOrders
	told    map[call]settled // by the latest victim that said so
	far     [clients]int     // the last call of each client
	last    time.Time        // when the last call was settled
	missing int              // calls, in all
}

// TestCrashBehind kills processes that write behind. What is missing afterwards is no more than the bound says, by count
// or by age, and the last of each group; made again, it counts once.
func TestCrashBehind(t *testing.T) {
	for name, o := range map[string]behindOrders{
		"count": {Bound: writebehind.Options{MaxDelay: time.Hour, MaxPending: 40}},
		"age":   {Bound: writebehind.Options{MaxDelay: 400 * time.Millisecond, MaxPending: 1 << 30}, Pause: time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &behindLane{T: t, behindOrders: o, told: map[call]settled{}}
			l.Dir, l.From = t.TempDir(), [clients]int{1, 1, 1, 1}
			for client := range clients {
				l.To[client] = 1 << 30
			}
			for _, after := range []time.Duration{0, 300 * time.Millisecond, 700 * time.Millisecond, 4 * time.Second} {
				l.kill(after)
			}
			for client := range clients {
				l.To[client] = l.far[client] + 20
			}
			for line := range l.run(nil) {
				l.hear(line)
			}
			if lost := l.check(); lost != 0 {
				t.Errorf("%d calls are missing after Close", lost)
			}
			t.Logf("%d calls, %d of them made again", len(l.told), l.missing)
			if l.missing == 0 {
				t.Error("no call was ever missing: the victims do not write behind")
			}
		})
	}
}

// kill lets a victim work for a while, kills it, and checks what is missing.
func (l *behindLane) kill(after time.Duration) {
	began := make(chan func(), 1)
	first := true
	for line := range l.run(began) {
		l.hear(line)
		if first {
			first = false
			time.AfterFunc(after, <-began)
		}
	}
	l.missing += l.check()
}

// run runs a victim and goes through what it says.
func (l *behindLane) run(began chan<- func()) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		text, err := json.Marshal(l.behindOrders)
		cmd := exec.Command(os.Args[0]) // #nosec G702 -- the test binary itself
		cmd.Env = append(os.Environ(), envVictim+"="+victimBehind, "GOMAXPROCS=2")
		cmd.Stdin, cmd.Stderr = strings.NewReader(string(text)), os.Stderr
		out, pipeErr := cmd.StdoutPipe()
		if err := errors.Join(err, pipeErr, cmd.Start()); err != nil {
			l.Error(err)
			return
		}
		if began != nil {
			began <- func() { _ = cmd.Process.Kill() }
		}
		for lines := bufio.NewScanner(out); lines.Scan() && yield(lines.Text()); {
		}
		if err := cmd.Wait(); (err == nil) != (began == nil) {
			l.Errorf("the victim ended with %v", err)
		}
	}
}

func (l *behindLane) hear(line string) {
	var c call
	var s settled
	var micros int64
	if _, err := fmt.Sscanf(line, "%d %d %d %d", &c.client, &c.n, &s.version, &micros); err != nil {
		return // cut short by the kill
	}
	s.at = time.UnixMicro(micros)
	if before, ok := l.told[c]; ok && c.n < l.From[c.client] && before.version != s.version {
		l.Errorf("call %s was kept as version %d, and is answered with %d", c.id(), before.version, s.version)
	}
	l.told[c] = s
	if s.at.After(l.last) {
		l.last = s.at
	}
	l.far[c.client] = max(l.far[c.client], c.n)
}

// check compares what is kept with what was told, and returns how many calls are missing. Each client goes on with its
// first that is.
func (l *behindLane) check() (missing int) {
	s, err := pebblestore.Open(l.Context(), l.Dir, pebblestore.Options{})
	if err != nil {
		l.Fatal(err)
	}
	a, oldest := newAccount(), l.last
	for client := range clients {
		l.From[client] = 0
		for n := 1; n <= l.far[client]+1; n++ {
			c := call{client, n}
			seen, kept, err := s.Seen(l.Context(), groupName(c.group()), c.id())
			told, ok := l.told[c]
			switch {
			case err != nil:
				l.Fatal(err)
			case kept && ok && seen.Version != told.version:
				l.Errorf("call %s was settled as version %d and kept as %d", c.id(), told.version, seen.Version)
			case kept:
				err = a.happened(c, seen.Version)
			case ok:
				missing++
				if told.at.Before(oldest) {
					oldest = told.at
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
			l.From[client] = l.far[client] + 2
		}
	}
	if err := errors.Join(s.Close(), a.compare(l.Dir)); err != nil { // each group is what its first calls lead to
		l.Error(err)
	}
	if missing > l.Bound.MaxPending {
		l.Errorf("%d calls are missing, more than the bound of %d", missing, l.Bound.MaxPending)
	}
	if age := l.last.Sub(oldest); age > l.Bound.MaxDelay+slowDisk {
		l.Errorf("a call is missing that was settled %v before the end, and the bound is %v", age, l.Bound.MaxDelay)
	}
	return missing
}

// slowDisk is how much longer than half the bound a commit may take on a machine that has other things to do.
const slowDisk = 2 * time.Second
