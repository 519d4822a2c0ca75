package multiprocess

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dictrack/dictrack/internal/testprocess"
)

// workers is the worker processes of a test, and what is known of their operations.
type workers struct {
	*testing.T
	*checker
	store     string
	caches    []string // the cache URL of each worker, perhaps through proxies to one Redis
	processes []*process
	onLine    func(process int, line string)
	all       sync.WaitGroup // readers of the processes' output
}

// process is a worker process, running or ended.
type process struct {
	*testprocess.Process
	number int
	ready  chan struct{} // closed when it is ready
	over   chan struct{} // closed when it has ended and all its output was read
}

// newWorkers starts a worker for each cache URL.
func newWorkers(t *testing.T, store string, caches ...string) *workers {
	c := &workers{T: t, checker: newChecker(), store: store, caches: caches, processes: make([]*process, len(caches))}
	c.onLine = c.observe
	for i := range caches {
		c.startWorker(i, nil)
	}
	t.Cleanup(c.killAll)
	return c
}

// startWorker starts a worker that continues where the previous one of that number ended.
func (c *workers) startWorker(number int, until *[clients]int) {
	c.Helper()
	o := config{Worker: number, Cache: c.caches[number], Store: c.store, Acked: c.resume(number)}
	if until != nil {
		o.Acked, o.Until = [clients]int{}, *until
	}
	c.start(number, o)
}

// start starts a worker.
func (c *workers) start(number int, o config) {
	c.Helper()
	p, err := testprocess.Start(roleWorker, o, "GOMAXPROCS=2")
	if err != nil {
		c.Fatal(err)
	}
	m := &process{Process: p, number: number, ready: make(chan struct{}), over: make(chan struct{})}
	c.processes[number] = m
	c.all.Go(func() { c.readLines(m) })
}

// readLines reads the output of a process until it ends.
func (c *workers) readLines(m *process) {
	defer close(m.over)
	for line, ok := m.Line(); ok; line, ok = m.Line() {
		if line == "ready" {
			close(m.ready)
			continue
		}
		c.onLine(m.number, line)
	}
	_ = m.Wait() // whoever ends it checks how it ended
}

// kill kills a worker with SIGKILL.
func (c *workers) kill(number int) {
	m := c.processes[number]
	m.Kill()
	<-m.over
	c.forgetAcks(number)
}

// pause stops a worker for a while, as a machine that swaps or migrates does.
func (c *workers) pause(number int, d time.Duration) {
	p := c.processes[number]
	if err := p.Pause(); err != nil {
		c.Error(err)
	}
	time.Sleep(d)
	if err := p.Resume(); err != nil {
		c.Error(err)
	}
}

// timeout is how long progress may take during a fault.
const timeout = 90 * time.Second

// waitForOps waits until so many more operations are acknowledged.
func (c *workers) waitForOps(ops int) {
	c.Helper()
	c.waitForCount(c.count() + ops)
}

func (c *workers) waitForCount(ops int) {
	c.Helper()
	for end := time.Now().Add(timeout); c.count() < ops; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			c.Fatalf("%d operations after %v, want %d", c.count(), timeout, ops)
		}
		c.checkAlive()
	}
}

// checkAlive fails the test if a worker has ended by itself.
func (c *workers) checkAlive() {
	c.Helper()
	for _, m := range c.processes {
		select {
		case <-m.over:
			c.Fatalf("worker %d ended by itself: %v", m.number, c.describeMistakes())
		default:
		}
	}
}

func (l *checker) describeMistakes() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(slices.Clone(l.mistakes), "; ")
}

// stopAll lets the workers finish their current operations, write everything to the store, and end.
func (c *workers) stopAll() {
	c.Helper()
	for _, m := range c.processes {
		m.CloseInput()
	}
	for _, m := range c.processes {
		select {
		case <-m.over:
		case <-time.After(timeout):
			c.Fatalf("worker %d does not end", m.number)
		}
		if code := m.ExitStatus(); code != 0 {
			c.Fatalf("worker %d ended with status %d: %s", m.number, code, c.describeMistakes())
		}
	}
}

// killAll kills all workers.
func (c *workers) killAll() {
	for _, m := range c.processes {
		_ = m.Resume() // it may have ended
		m.Kill()
	}
	c.all.Wait()
}
