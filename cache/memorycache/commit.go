package memorycache

import (
	"context"
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
	// maxCommits is how many commits are under way at once: while one waits for the disk, the next is
	// written.
	maxCommits = 2
)

// pending is a change on its way to being kept.
type pending struct {
	ctx     context.Context
	backing cache.Backing
	change  *group.Change
	kept    func(error) // hears what became of it
}

// committer joins the changes of many groups into few commits: while some are under way, others gather.
// A call of many tasks holds it until all its changes are there, so that they become one commit.
type committer struct {
	mu      sync.Mutex // protects all below
	queue   []*pending
	holds   int  // calls of many tasks, some of whose changes are still to come
	running int  // commits under way
	late    bool // the queue has waited long enough
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
	m.mu.Lock()
	defer m.mu.Unlock()
	m.holds -= released(batch)
	m.kick()
}

// bring hands over the change of entries; there is no more to come of them. Both happen under one lock:
// no call may seem complete while one of its changes is still on its way.
func (m *committer) bring(p *pending, batch []*mailbox.Entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.holds -= released(batch)
	m.queue = append(m.queue, p)
	m.kick()
}

// kick starts a commit if it is time for one; the lock is held.
func (m *committer) kick() {
	switch {
	case len(m.queue) == 0 || m.running == maxCommits:
	case m.holds > 0 && !m.late && len(m.queue) < maxJoined:
		if m.timer == nil {
			m.timer = time.AfterFunc(maxWait, m.hurry)
		}
	default:
		batch := m.queue[:min(len(m.queue), maxJoined)]
		m.queue = m.queue[len(batch):]
		m.running++
		m.stopWaiting()
		go m.commit(batch)
	}
}

func (m *committer) stopWaiting() {
	m.late = false
	if m.timer != nil {
		m.timer.Stop()
		m.timer = nil
	}
}

// hurry ends the wait for calls that hold.
func (m *committer) hurry() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.timer != nil {
		m.late = true
		m.kick()
	}
}

func (m *committer) commit(batch []*pending) {
	changes := make([]*group.Change, len(batch))
	for i, p := range batch {
		changes[i] = p.change
	}
	err := batch[0].backing.Persist(batch[0].ctx, changes)
	for _, p := range batch {
		p.kept(outcome(err, p.change.Group))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running--
	m.kick()
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
