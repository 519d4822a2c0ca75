package robustness

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
	"github.com/dictrack/dictrack/internal/faultstore"
)

// TestSimulation runs the engine on a disk that fails: every step of the engine and of its clients stops at a gate,
// and the seed says which goes on, what becomes of it, when the process crashes, and how the clock jumps. Afterwards
// the oracle replays what was committed, and every answer and event must follow from that.
func TestSimulation(t *testing.T) {
	sum := map[string]int{}
	forSeeds(t, 1_000, 10_000, func(seed uint64) error { return simulate(t, seed, sum) })
	t.Logf("%v", sum)
	for _, what := range []string{"crash", "lose", "refuse", "conflict", "jump", "cancel", "duplicate", "reused"} {
		if enoughSeeds() && sum[what] == 0 {
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
		err = s.verify()
		if closed := s.m.Close(context.Background()); err == nil {
			err = closed
		}
	})
	return err
}

// simulation is one run.
type simulation struct {
	generator
	seed     uint64
	disk     *faultstore.Disk
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
	events     map[string]string // event id -> line
	wrong      []string
	trace      []string
}

// stop is a goroutine that waits for the scheduler.
type stop struct {
	label  string // "client 2", "commit g"
	client bool
	answer chan faultstore.Outcome
}

// sweepStart tells which time a sweep took, and how much was committed before it.
type sweepStart struct {
	from int
	now  int64
}

const simStart = int64(1_700_000_000_000)

func newSimulation(seed uint64, sum map[string]int) *simulation {
	s := &simulation{
		generator: generator{rand.New(rand.NewPCG(seed, 3))}, seed: seed, disk: faultstore.NewDisk(), sum: sum, now: simStart, events: map[string]string{},
	}
	for i := range 1 + s.IntN(3) {
		s.template = append(s.template, s.definition(fmt.Sprint("t", i), simStart/1000))
	}
	return s
}

// stop waits for the outcome that the scheduler chooses.
func (s *simulation) stop(label string, client bool) faultstore.Outcome {
	one := &stop{label: label, client: client, answer: make(chan faultstore.Outcome)}
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
	store := s.disk.Open(func(step, group string) faultstore.Outcome {
		s.mu.Lock()
		passed := s.quiet || mine != s.generation
		s.mu.Unlock()
		if passed {
			return faultstore.Proceed
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
	if _, again := s.events[e.ID()]; again {
		s.wrong = append(s.wrong, fmt.Sprintf("event %s is delivered twice", e.ID()))
	}
	s.events[e.ID()] = eventLine(&e)
}

// run lets the clients work until they are done. Faults end after a while, so that it ends.
func (s *simulation) run() {
	var clients sync.WaitGroup
	for i := range 4 {
		r := generator{rand.New(rand.NewPCG(s.Uint64(), uint64(i)))}
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
	s.release(faultstore.Proceed)
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
	verdict := faultstore.Proceed
	if !one.client && faults {
		verdict = s.verdict(strings.HasPrefix(one.label, faultstore.StepCommit))
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

func (s *simulation) verdict(commit bool) faultstore.Outcome {
	switch n := s.IntN(100); {
	case n < 8:
		return faultstore.Fail
	case n < 18:
		return faultstore.LoseReply
	case n < 26 && commit:
		return faultstore.Conflict
	}
	return faultstore.Proceed
}

func (s *simulation) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := fmt.Sprintf(format, args...)
	s.trace = append(s.trace, text)
	_, what, _ := strings.Cut(text, ": ")
	s.sum[cmp.Or(what, text)]++
}

// verify checks everything at the end.
func (s *simulation) verify() error {
	err := s.check()
	if len(s.wrong) > 0 {
		err = errors.New(s.wrong[0])
	}
	for _, violation := range s.disk.Violations() {
		err = errors.Join(err, errors.New(violation))
	}
	if err != nil {
		return fmt.Errorf("%w\ntemplate %v\n%s", err, s.template, strings.Join(s.trace, "\n"))
	}
	return nil
}
