package prove

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/prove/disk"
)

// TestSimulation runs the engine on a disk that fails: every step of the engine and of its clients stops at a gate,
// and the seed says which goes on, what becomes of it, when the process crashes, and how the clock jumps. Afterwards
// the oracle replays what was committed, and everything that anybody was told must follow from that.
func TestSimulation(t *testing.T) {
	sum := map[string]int{}
	seeds(t, 1_000, 10_000, func(seed uint64) error { return simulate(t, seed, sum) })
	t.Logf("%v", sum)
	for _, what := range []string{"crash", "lose", "refuse", "conflict", "jump", "cancel", "duplicate", "reused"} {
		if manySeeds() && sum[what] == 0 {
			t.Errorf("not one %s in all simulations", what)
		}
	}
}

func simulate(t *testing.T, seed uint64, sum map[string]int) (err error) {
	synctest.Test(t, func(t *testing.T) {
		s := newSimulation(seed, sum)
		s.reopen()
		s.run()
		s.crash() // the last one, after which nothing fails
		err = s.judge()
		if closed := s.m.Close(context.Background()); err == nil {
			err = closed
		}
	})
	return err
}

// simulation is one run.
type simulation struct {
	chance
	seed     uint64
	disk     *disk.Disk
	template []map[string]any
	sum      map[string]int
	quiet    bool // nothing fails any more

	mu         sync.Mutex // protects all below
	waiting    []*stop
	generation int // of the process
	m          *dictrack.Manager
	now        int64 // the clock, Unix milliseconds
	cancels    []context.CancelFunc
	sweeps     []sweepStart
	calls      []*simCall
	told       map[string]string // event id -> line
	wrong      []string
	trace      []string
}

// stop is somebody who waits at a gate.
type stop struct {
	label  string // "client 2", "commit g"
	client bool
	answer chan disk.Verdict
}

// sweepStart tells which time a sweep took, and how much was committed before it.
type sweepStart struct {
	from int
	now  int64
}

const simStart = int64(1_700_000_000_000)

func newSimulation(seed uint64, sum map[string]int) *simulation {
	s := &simulation{
		chance: chance{rand.New(rand.NewPCG(seed, 3))}, seed: seed, disk: disk.New(), sum: sum, now: simStart, told: map[string]string{},
	}
	for i := range 1 + s.IntN(3) {
		s.template = append(s.template, s.definition(fmt.Sprint("t", i), simStart/1000))
	}
	return s
}

// stop waits at a gate for the verdict of the scheduler.
func (s *simulation) stop(label string, client bool) disk.Verdict {
	one := &stop{label: label, client: client, answer: make(chan disk.Verdict)}
	s.mu.Lock()
	s.waiting = append(s.waiting, one)
	s.mu.Unlock()
	return <-one.answer
}

// reopen starts the process anew on the disk.
func (s *simulation) reopen() {
	s.mu.Lock()
	s.generation++
	mine := s.generation
	s.mu.Unlock()
	store := s.disk.Open(func(step, group string) disk.Verdict {
		s.mu.Lock()
		passed := s.quiet || mine != s.generation
		s.mu.Unlock()
		if passed {
			return disk.Proceed
		}
		return s.stop(step+" "+strings.ReplaceAll(group, "\x00", ","), false)
	})
	m, err := dictrack.Open(context.Background(), dictrack.Options{
		Store: store, Clock: s.clock, DisableTimers: true, IDWindow: 100 * 365 * 24 * time.Hour, MaxGroups: mine % 3,
	})
	if err == nil {
		err = m.SetTemplate("all", specs(s.template)...)
	}
	if err != nil {
		s.fail("open: %v", err)
	}
	_, _ = m.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error {
		s.listen(e)
		return nil
	}})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m = m
}

func (s *simulation) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.UnixMilli(s.now)
}

func (s *simulation) manager() *dictrack.Manager {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.m
}

func (s *simulation) fail(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wrong = append(s.wrong, fmt.Sprintf(format, args...))
}

func (s *simulation) listen(e dictrack.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, again := s.told[e.ID()]; again {
		s.wrong = append(s.wrong, fmt.Sprintf("event %s is told twice", e.ID()))
	}
	s.told[e.ID()] = eventLine(&e)
}

// run lets the clients work until they are done. Faults end after a while, so that it ends.
func (s *simulation) run() {
	var clients sync.WaitGroup
	for i := range 4 {
		r := chance{rand.New(rand.NewPCG(s.Uint64(), uint64(i)))}
		clients.Go(func() { s.client(i, r) })
	}
	clients.Go(s.sweeper)
	for step := 0; s.step(step < 250); step++ {
		if step == 20_000 {
			panic(fmt.Sprintf("simulation with -seed %d does not end:\n%s", s.seed, strings.Join(s.trace[:400], "\n")))
		}
	}
	s.mu.Lock()
	s.quiet = true
	s.mu.Unlock()
	s.release(disk.Proceed)
	clients.Wait()
}

// step lets one of those who wait go on; false when nobody waits.
func (s *simulation) step(faults bool) bool {
	synctest.Wait()
	if s.idle() {
		time.Sleep(time.Second) // a batch may wait for others
		synctest.Wait()
	}
	if s.idle() {
		return false
	}
	switch n := s.IntN(100); {
	case faults && n < 2:
		s.crash()
	case faults && n < 5:
		s.jump()
	case faults && n < 8:
		s.cancel()
	case n < 11:
		time.Sleep(10 * time.Millisecond)
	default:
		s.next(faults)
	}
	return true
}

func (s *simulation) idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.waiting) == 0
}

// next chooses who goes on, and how.
func (s *simulation) next(faults bool) {
	one := s.choose()
	verdict := disk.Proceed
	if !one.client && faults {
		verdict = s.verdict(strings.HasPrefix(one.label, disk.StepCommit))
	}
	s.note("%s: %s", one.label, [...]string{"proceed", "refuse", "lose", "conflict"}[verdict])
	one.answer <- verdict
}

// choose takes one of those who wait.
func (s *simulation) choose() *stop {
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.SortStableFunc(s.waiting, func(a, b *stop) int { return cmp.Compare(a.label, b.label) })
	i := s.IntN(len(s.waiting))
	one := s.waiting[i]
	s.waiting = slices.Delete(s.waiting, i, i+1)
	return one
}

func (s *simulation) verdict(commit bool) disk.Verdict {
	switch n := s.IntN(100); {
	case n < 8:
		return disk.Refuse
	case n < 18:
		return disk.Lose
	case n < 26 && commit:
		return disk.Conflict
	}
	return disk.Proceed
}

func (s *simulation) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := fmt.Sprintf(format, args...)
	s.trace = append(s.trace, text)
	_, what, _ := strings.Cut(text, ": ")
	s.sum[cmp.Or(what, text)]++
}

// judge checks everything when all is done.
func (s *simulation) judge() error {
	err := s.check()
	if len(s.wrong) > 0 {
		err = errors.New(s.wrong[0])
	}
	for _, breach := range s.disk.Breaches() {
		err = errors.Join(err, errors.New(breach))
	}
	if err != nil {
		return fmt.Errorf("%w\ntemplate %v\n%s", err, s.template, strings.Join(s.trace, "\n"))
	}
	return nil
}
