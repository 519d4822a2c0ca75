package multiprocess

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// crew is the workers of a test, and what is known of their deeds.
type crew struct {
	*testing.T
	*ledger
	store   string
	caches  []string // the URL of each worker: ways of their own to one Redis, perhaps
	members []*member
	hears   func(member int, line string)
	all     sync.WaitGroup // readers of members
}

// member is a worker that runs, or ran.
type member struct {
	number int
	cmd    *exec.Cmd
	in     io.WriteCloser
	ready  chan struct{} // closed when it has begun
	over   chan struct{} // closed when all it said is heard and it is gone
}

// newCrew starts a worker for each URL of a cache.
func newCrew(t *testing.T, store string, caches ...string) *crew {
	c := &crew{T: t, ledger: newLedger(), store: store, caches: caches, members: make([]*member, len(caches))}
	c.hears = c.hear
	for i := range caches {
		c.spawn(i, nil)
	}
	t.Cleanup(c.disband)
	return c
}

// spawn starts a worker, where the one of that number before it left off.
func (c *crew) spawn(number int, until *[clients]int) {
	c.Helper()
	o := orders{Worker: number, Cache: c.caches[number], Store: c.store, Acked: c.resume(number)}
	if until != nil {
		o.Acked, o.Until = [clients]int{}, *until
	}
	c.enlist(number, o)
}

// enlist starts a worker.
func (c *crew) enlist(number int, o orders) {
	c.Helper()
	m := &member{number: number, cmd: exec.Command(os.Args[0]), ready: make(chan struct{}), over: make(chan struct{})} // #nosec G702 -- the test binary itself
	m.cmd.Env = append(os.Environ(), envWorker+"=1", "GOMAXPROCS=2")
	m.cmd.Stderr = os.Stderr
	in, inErr := m.cmd.StdinPipe()
	out, outErr := m.cmd.StdoutPipe()
	if err := errors.Join(inErr, outErr, m.cmd.Start()); err != nil {
		c.Fatal(err)
	}
	m.in = in
	if err := json.NewEncoder(in).Encode(o); err != nil {
		c.Fatal(err)
	}
	c.members[number] = m
	c.all.Go(func() { c.listen(m, out) })
}

// listen hears a member until it is gone.
func (c *crew) listen(m *member, out io.Reader) {
	defer close(m.over)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() == "ready" {
			close(m.ready)
			continue
		}
		c.hears(m.number, lines.Text())
	}
	_ = m.cmd.Wait() // who ends it knows how it ended
}

// kill ends a worker with SIGKILL, wherever it is.
func (c *crew) kill(number int) {
	m := c.members[number]
	_ = m.cmd.Process.Kill()
	<-m.over
	c.untold(number)
}

// pause stops a worker for a while, as a machine that swaps or migrates does.
func (c *crew) pause(number int, d time.Duration) {
	p := c.members[number].cmd.Process
	if err := errors.Join(p.Signal(syscall.SIGSTOP)); err != nil {
		c.Error(err)
	}
	time.Sleep(d)
	if err := errors.Join(p.Signal(syscall.SIGCONT)); err != nil {
		c.Error(err)
	}
}

// patience is how long progress may take while something is broken.
const patience = 90 * time.Second

// advance waits until so many more deeds are acknowledged.
func (c *crew) advance(deeds int) {
	c.Helper()
	c.await(c.count() + deeds)
}

func (c *crew) await(deeds int) {
	c.Helper()
	for end := time.Now().Add(patience); c.count() < deeds; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			c.Fatalf("%d deeds after %v, want %d", c.count(), patience, deeds)
		}
		c.alive()
	}
}

// alive fails the test when a worker ended by itself.
func (c *crew) alive() {
	c.Helper()
	for _, m := range c.members {
		select {
		case <-m.over:
			c.Fatalf("worker %d ended by itself: %v", m.number, c.complaints())
		default:
		}
	}
}

func (l *ledger) complaints() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(slices.Clone(l.mistakes), "; ")
}

// finish lets the workers finish what they have begun, drain, and end.
func (c *crew) finish() {
	c.Helper()
	for _, m := range c.members {
		_ = m.in.Close() // it may have ended
	}
	for _, m := range c.members {
		select {
		case <-m.over:
		case <-time.After(patience):
			c.Fatalf("worker %d does not end", m.number)
		}
		if code := m.cmd.ProcessState.ExitCode(); code != 0 {
			c.Fatalf("worker %d ended with status %d: %s", m.number, code, c.complaints())
		}
	}
}

// disband leaves no worker behind.
func (c *crew) disband() {
	for _, m := range c.members {
		_ = m.cmd.Process.Signal(syscall.SIGCONT)
		_ = m.cmd.Process.Kill()
	}
	c.all.Wait()
}
