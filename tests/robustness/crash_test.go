package robustness

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dictrack/dictrack/internal/testprocess"
	"github.com/dictrack/dictrack/store/pebblestore"
)

// parallelTests is how many directories are tested at the same time.
const parallelTests = 4

// TestCrashKill kills processes that track, again and again. What was acknowledged is there exactly once, what was
// not may be retried with its id. DICTRACK_KILLS says how often.
func TestCrashKill(t *testing.T) {
	kills := 200 / reduction
	if n, err := strconv.Atoi(os.Getenv("DICTRACK_KILLS")); err == nil {
		kills = n
	}
	var left atomic.Int64
	left.Store(int64(kills))
	seed := newSeed(t)
	var totals crashTotals
	var all sync.WaitGroup
	for number := range parallelTests {
		all.Go(func() {
			l := newCrashTest(t, fmt.Sprint("directory", number))
			r := rand.New(rand.NewPCG(seed, uint64(number)))
			for !t.Failed() && left.Add(-1) >= 0 {
				l.kill(r)
			}
			l.finish(&totals)
		})
	}
	all.Wait()
	t.Logf("%d kills: %v", kills, &totals)
	if totals.calls.Load() < int64(kills) {
		t.Error("the workers were killed before they did anything")
	}
}

// crashTotals adds up the results of all directories.
type crashTotals struct{ calls, repeats, idle atomic.Int64 }

func (s *crashTotals) String() string {
	return fmt.Sprintf("%d calls, %d of them repeated, 0 lost, 0 doubled; %d workers did nothing", s.calls.Load(), s.repeats.Load(), s.idle.Load())
}

// crashTest tests one directory.
type crashTest struct {
	t    *testing.T
	dir  string
	a    *checker
	idle int64
}

func newCrashTest(t *testing.T, name string) *crashTest {
	return &crashTest{t: t, dir: filepath.Join(t.TempDir(), name), a: newChecker()}
}

// kill lets a worker run for a moment, kills it, and checks the directory.
func (l *crashTest) kill(r *rand.Rand) {
	before := l.a.acked
	wait := time.Duration(r.IntN(160)) * time.Millisecond
	fromFirst := r.IntN(4) > 0 // the others are killed while they start
	v := l.start(workerConfig{Calls: 1 << 30})
	var timer *time.Timer
	if !fromFirst {
		timer = time.AfterFunc(wait, v.Kill)
	}
	for line, ok := v.Line(); ok; line, ok = v.Line() {
		l.observe(line)
		if timer == nil {
			timer = time.AfterFunc(wait/2, v.Kill)
		}
	}
	if timer != nil {
		timer.Stop()
	}
	if err := v.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		l.t.Errorf("%s: the worker ended by itself: %v", l.dir, err)
	}
	if before == l.a.acked {
		l.idle++
	}
	l.a.workerKilled()
	l.check()
}

func (l *crashTest) observe(line string) {
	if err := l.a.observe(line); err != nil {
		l.t.Errorf("%s: %v", l.dir, err)
	}
}

// start starts a worker that continues where the previous one was killed.
func (l *crashTest) start(o workerConfig) *testprocess.Process {
	o.Dir, o.Acked = l.dir, l.a.acked
	p, err := testprocess.Start(roleCrash, o, "GOMAXPROCS=2")
	if err != nil {
		panic(err) // the test binary cannot be run: nothing can be tested
	}
	return p
}

// run runs a worker to its end and returns its exit status.
func (l *crashTest) run(o workerConfig) (status int) {
	v := l.start(o)
	for line, ok := v.Line(); ok; line, ok = v.Line() {
		l.observe(line)
	}
	_ = v.Wait()
	return v.ExitStatus()
}

// finish repeats all calls whose outcome is unknown, and checks a last time.
func (l *crashTest) finish(sum *crashTotals) {
	if l.t.Failed() {
		return
	}
	if status := l.run(workerConfig{Calls: 2}); status != 0 {
		l.t.Errorf("%s: the last worker ended with status %d", l.dir, status)
	}
	l.check()
	for g := range groups {
		sum.calls.Add(int64(len(l.a.calls[g])))
	}
	sum.repeats.Add(int64(l.a.repeat))
	sum.idle.Add(l.idle)
}

// check opens the directory and compares it with the checker.
func (l *crashTest) check() {
	if err := l.a.find(l.dir); err != nil {
		l.t.Errorf("%s: %v", l.dir, err)
	}
	if err := l.a.compare(l.dir); err != nil {
		l.t.Errorf("%s: %v", l.dir, err)
	}
}

// find looks up the last calls: those acknowledged must be there, the others may be.
func (a *checker) find(dir string) error {
	ctx := context.Background()
	s, err := pebblestore.Open(ctx, dir, pebblestore.Options{})
	if err != nil {
		return err
	}
	var errs []error
	for client := range clients {
		for n := max(1, a.acked[client]); n <= a.acked[client]+1; n++ {
			c := call{client, n}
			seen, ok, err := s.FindMessageID(ctx, groupName(c.group()), c.id())
			switch {
			case err != nil:
			case ok && n > a.acked[client]:
				a.unacknowledged[client] = true
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
func (a *checker) compare(dir string) error {
	ctx := context.Background()
	m, err := openDirectory(ctx, dir, nil)
	if err != nil {
		return err
	}
	var errs []error
	for g := range groups {
		k, err := a.replay(g)
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
