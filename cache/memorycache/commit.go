package memorycache

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/mailbox"
	"github.com/dictrack/dictrack/group"
)

const (
	// maxJoined bounds the changes of one commit.
	maxJoined = 4096
	// maxWait bounds how long changes wait for the rest of a batch of calls.
	maxWait = 5 * time.Millisecond
	// maxCommits is how many commits are under way at once. One is enough for a fast disk: all that comes meanwhile
	// goes with the next, and a sync costs the same for one change and for many. While a store is slow, the next one
	// begins when changes have waited for maxPatience.
	maxCommits  = 2
	maxPatience = time.Millisecond
)

// committer joins the changes of many groups into few commits: while some are under way, others gather.
// A call of many tasks holds it until all its changes are there, so that they become one commit.
type committer struct {
	mu      sync.Mutex // protects all below
	queue   []*round
	holds   int  // calls of many tasks, some of whose changes are still to come
	running int  // commits under way
	waiting bool // the queue waits for others
	late    bool // and has done so long enough
	timer   *time.Timer
}

// hold announces a call of many tasks; release must follow.
func (m *committer) hold() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.holds++
}

// release tells that there is no more to come of entries.
func (m *committer) release(batch []*mailbox.Entry) {
	calls := released(batch)
	if calls == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.holds -= calls
	m.kick()
}

// bring hands over the change of a round; there is no more to come of its entries. Both happen under one lock:
// no call may seem complete while one of its changes is still on its way.
func (m *committer) bring(r *round) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.holds -= released(r.batch)
	m.queue = append(m.queue, r)
	m.kick()
}

// kick starts a commit if it is time for one; the lock is held.
func (m *committer) kick() {
	switch {
	case len(m.queue) == 0 || m.running == maxCommits:
	case m.growing() && !m.late && len(m.queue) < maxJoined:
		m.wait()
	default:
		m.running++
		m.stopWaiting()
		go m.commit()
	}
}

// growing tells whether waiting makes the next commit larger.
func (m *committer) growing() bool { return m.holds > 0 || m.running > 0 }

// wait bounds the wait that begins, unless it has begun.
func (m *committer) wait() {
	long := maxPatience
	if m.holds > 0 {
		long = maxWait
	}
	switch {
	case m.waiting:
	case m.timer == nil:
		m.timer = time.AfterFunc(long, m.hurry)
	default:
		m.timer.Reset(long)
	}
	m.waiting = true
}

func (m *committer) stopWaiting() {
	if m.waiting {
		m.timer.Stop()
	}
	m.waiting, m.late = false, false
}

// hurry ends the wait for others.
func (m *committer) hurry() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.waiting {
		m.late = true
		m.kick()
	}
}

// commit keeps what has gathered.
func (m *committer) commit() {
	batch := m.take()
	err := persist(batch)
	m.landed() // the next one is on its way while the callers of this one wake
	for _, r := range batch {
		r.kept(outcome(err, r.change.Group))
	}
}

func persist(batch []*round) error {
	if len(batch) == 0 { // another commit took them
		return nil
	}
	changes := make([]*group.Change, len(batch))
	for i, r := range batch {
		changes[i] = r.change
	}
	c := batch[0].c
	return c.host.Backing.Persist(c.life, changes)
}

// landed ends a commit.
func (m *committer) landed() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running--
	m.kick()
}

func (m *committer) take() []*round {
	m.mu.Lock()
	defer m.mu.Unlock()
	batch := m.queue
	m.queue = nil
	if len(batch) > maxJoined {
		batch, m.queue = batch[:maxJoined:maxJoined], batch[maxJoined:]
	}
	return batch
}

// outcome is what the error of a joined commit means for one group.
func outcome(err error, name string) error {
	var conflict cache.Conflict
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &conflict):
		return fmt.Errorf("%w: %w", cache.ErrUnknown, err)
	case conflict.Conflicted(name):
		return err
	}
	return nil
}
