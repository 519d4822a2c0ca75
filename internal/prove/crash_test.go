package prove

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dictrack/dictrack/store/pebblestore"
)

// lanes is how many directories are worked on at the same time.
const lanes = 4

// TestCrashKill kills processes that track, again and again. What was acknowledged is there exactly once, what was
// not may be retried with its id. DICTRACK_KILLS says how often.
func TestCrashKill(t *testing.T) {
	kills := 200 / share
	if n, err := strconv.Atoi(os.Getenv("DICTRACK_KILLS")); err == nil {
		kills = n
	}
	var left atomic.Int64
	left.Store(int64(kills))
	seed := freshSeed(t)
	var tally tally
	var all sync.WaitGroup
	for lane := range lanes {
		all.Go(func() {
			l := newLane(t, fmt.Sprint("lane", lane))
			r := rand.New(rand.NewPCG(seed, uint64(lane)))
			for !t.Failed() && left.Add(-1) >= 0 {
				l.kill(r)
			}
			l.finish(&tally)
		})
	}
	all.Wait()
	t.Logf("%d kills: %v", kills, &tally)
	if tally.calls.Load() < int64(kills) {
		t.Error("the victims were killed before they did anything")
	}
}

// tally sums up the lanes.
type tally struct{ calls, repeats, idle atomic.Int64 }

func (s *tally) String() string {
	return fmt.Sprintf("%d calls, %d of them made again, 0 lost, 0 doubled; %d victims did nothing", s.calls.Load(), s.repeats.Load(), s.idle.Load())
}

// lane is one directory and what is known of it.
type lane struct {
	t    *testing.T
	dir  string
	a    *account
	idle int64
}

func newLane(t *testing.T, name string) *lane {
	return &lane{t: t, dir: filepath.Join(t.TempDir(), name), a: newAccount()}
}

// kill lets a victim work for a moment, kills it, and checks what it left.
func (l *lane) kill(r *rand.Rand) {
	before := l.a.acked
	wait := time.Duration(r.IntN(160)) * time.Millisecond
	fromFirst := r.IntN(4) > 0 // most work; the others are killed while they start
	v := l.start(orders{Calls: 1 << 30})
	var timer *time.Timer
	if !fromFirst {
		timer = time.AfterFunc(wait, v.kill)
	}
	for v.lines.Scan() {
		l.hear(v.lines.Text())
		if timer == nil {
			timer = time.AfterFunc(wait/2, v.kill)
		}
	}
	if timer != nil {
		timer.Stop()
	}
	if err := v.cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		l.t.Errorf("%s: the victim ended by itself: %v", l.dir, err)
	}
	if before == l.a.acked {
		l.idle++
	}
	l.a.cut()
	l.check()
}

func (l *lane) hear(line string) {
	if err := l.a.hear(line); err != nil {
		l.t.Errorf("%s: %v", l.dir, err)
	}
}

// process is a victim.
type process struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
}

func (v *process) kill() { _ = v.cmd.Process.Kill() }

// start starts a victim where the one before was killed.
func (l *lane) start(o orders) *process {
	o.Dir, o.Acked = l.dir, l.a.acked
	text, err := json.Marshal(o)
	v := &process{cmd: exec.Command(os.Args[0])} // #nosec G702 -- the test binary itself
	v.cmd.Env = append(os.Environ(), envVictim+"=1", "GOMAXPROCS=2")
	v.cmd.Stdin, v.cmd.Stderr = strings.NewReader(string(text)), os.Stderr
	out, pipeErr := v.cmd.StdoutPipe()
	if err := errors.Join(err, pipeErr, v.cmd.Start()); err != nil {
		l.t.Error(err)
		return v
	}
	v.lines = bufio.NewScanner(out)
	return v
}

// run lets a victim do what it is ordered, and returns its exit status.
func (l *lane) run(o orders) (status int) {
	v := l.start(o)
	for v.lines.Scan() {
		l.hear(v.lines.Text())
	}
	_ = v.cmd.Wait()
	return v.cmd.ProcessState.ExitCode()
}

// finish makes all calls again whose outcome is not known, and checks for the last time.
func (l *lane) finish(sum *tally) {
	if l.t.Failed() {
		return
	}
	if status := l.run(orders{Calls: 2}); status != 0 {
		l.t.Errorf("%s: the last victim ended with status %d", l.dir, status)
	}
	l.check()
	for g := range groups {
		sum.calls.Add(int64(len(l.a.calls[g])))
	}
	sum.repeats.Add(int64(l.a.repeat))
	sum.idle.Add(l.idle)
}

// check opens the directory and compares it with the account.
func (l *lane) check() {
	if err := l.a.find(l.dir); err != nil {
		l.t.Errorf("%s: %v", l.dir, err)
	}
	if err := l.a.compare(l.dir); err != nil {
		l.t.Errorf("%s: %v", l.dir, err)
	}
}

// find looks up the last calls: those acknowledged must be there, the others may be.
func (a *account) find(dir string) error {
	ctx := context.Background()
	s, err := pebblestore.Open(ctx, dir, pebblestore.Options{})
	if err != nil {
		return err
	}
	var errs []error
	for client := range clients {
		for n := max(1, a.acked[client]); n <= a.acked[client]+1; n++ {
			c := call{client, n}
			seen, ok, err := s.Seen(ctx, groupName(c.group()), c.id())
			switch {
			case err != nil:
			case ok && n > a.acked[client]:
				a.landed[client] = true
				err = a.happened(c, seen.Version)
			case ok && a.calls[c.group()][seen.Version] != c, !ok && n == a.acked[client]:
				err = fmt.Errorf("call %s was acknowledged and is not what is stored: %v %+v", c.id(), ok, seen)
			}
			errs = append(errs, err)
		}
	}
	return errors.Join(append(errs, s.Close())...)
}

// compare reads every tracker.
func (a *account) compare(dir string) error {
	ctx := context.Background()
	m, err := openCrashed(ctx, dir, nil)
	if err != nil {
		return err
	}
	var errs []error
	for g := range groups {
		k, err := a.course(g)
		snaps, listErr := m.ListAll(ctx, groupName(g))
		errs = append(errs, err, listErr)
		var lines []string
		for _, s := range snaps {
			lines = append(lines, fmt.Sprint(s.Name, " ", s.Progress, " ", s.Stage, " ", s.Cycle, " ", s.Limited))
		}
		if at, has, want := firstDifference(lines, k.trackers()); at >= 0 {
			errs = append(errs, fmt.Errorf("group %d, tracker %d: %q, want %q", g, at, has, want))
		}
	}
	return errors.Join(append(errs, m.Close(ctx))...)
}

// firstDifference finds where two lists differ; at is -1 if nowhere.
func firstDifference(has, want []string) (at int, a, b string) {
	for i := range max(len(has), len(want)) {
		a, b = "nothing", "nothing"
		if i < len(has) {
			a = has[i]
		}
		if i < len(want) {
			b = want[i]
		}
		if a != b {
			return i, a, b
		}
	}
	return -1, "", ""
}
