package memorycache

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/internal/mailbox"
	"github.com/dictrack/dictrack/record"
)

const (
	// maxChanges is the maximum number of changes in one commit.
	maxChanges = 4096
	// maxCommits is how many commits are under way at once. One is enough for a fast disk: all that comes meanwhile
	// goes with the next, and a sync costs the same for one change and for many. While a store is slow, the next one
	// starts when changes have waited for maxDelay.
	maxCommits = 2
	maxDelay   = time.Millisecond
	// maxCallDelay is how long changes wait for the other changes of a call with many tasks.
	maxCallDelay = 5 * time.Millisecond
)

// submission is a change on its way to the store.
type submission interface {
	encoded() *record.Change
	// committed is called once, with the outcome of the commit for this change: nil, a cache.Conflict, or an error
	// that is cache.ErrUnknown.
	committed(err error)
}

// committer joins the changes of many groups into few commits (group commit): while some are under way, more changes
// gather. A call with many tasks holds the committer back until all its changes were submitted, so that they become one
// commit.
type committer struct {
	store cache.BackingStore
	ctx   context.Context

	mu      sync.Mutex // protects all below
	queue   []submission
	holds   int // calls with many tasks, some of whose changes were not submitted yet
	running int // commits under way
	delay   delay
	timer   *time.Timer
}

// delay says whether changes in the queue wait for more.
type delay uint8

const (
	notDelayed delay = iota
	delayed          // the timer runs
	expired          // they have waited long enough
)

// hold announces a call with many tasks. Each of its tasks must be passed to submit or release.
func (m *committer) hold() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.holds++
}

// submit queues the change of some tasks. The hold of their calls ends under the same lock, so that no call seems complete
// while one of its changes is still to be submitted.
func (m *committer) submit(s submission, tasks []*mailbox.Entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.holds -= completed(tasks)
	m.queue = append(m.queue, s)
	m.startIfTime()
}

// release says that tasks will submit no change.
func (m *committer) release(tasks []*mailbox.Entry) {
	calls := completed(tasks)
	if calls == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.holds -= calls
	m.startIfTime()
}

// cancelled is release for a task that was taken back from its mailbox.
func (m *committer) cancelled(task *mailbox.Entry) { m.release([]*mailbox.Entry{task}) }

// completed counts the calls with many tasks of which these tasks were the last to submit a change, or none.
func completed(tasks []*mailbox.Entry) (calls int) {
	for _, task := range tasks {
		if task.MarkSubmitted() {
			calls++
		}
	}
	return calls
}

// startIfTime starts a commit unless it is worth waiting for more changes. mu is held.
func (m *committer) startIfTime() {
	switch {
	case len(m.queue) == 0 || m.running == maxCommits:
	case m.moreExpected() && m.delay != expired && len(m.queue) < maxChanges:
		m.startDelay()
	default:
		m.running++
		m.endDelay()
		go m.commit()
	}
}

// moreExpected reports whether waiting makes the next commit larger.
func (m *committer) moreExpected() bool { return m.holds > 0 || m.running > 0 }

func (m *committer) startDelay() {
	if m.delay != notDelayed {
		return
	}
	longest := maxDelay
	if m.holds > 0 {
		longest = maxCallDelay
	}
	if m.timer == nil {
		m.timer = time.AfterFunc(longest, m.expire)
	} else {
		m.timer.Reset(longest)
	}
	m.delay = delayed
}

func (m *committer) endDelay() {
	if m.delay != notDelayed {
		m.timer.Stop()
	}
	m.delay = notDelayed
}

// expire is called by the timer.
func (m *committer) expire() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.delay == delayed {
		m.delay = expired
		m.startIfTime()
	}
}

// commit commits the changes in the queue.
func (m *committer) commit() {
	batch := m.take()
	err := m.persist(batch)
	m.finished() // the next one is under way while the callers of this one wake
	for _, s := range batch {
		s.committed(outcome(err, s.encoded().Group))
	}
}

// take removes the changes of one commit from the queue.
func (m *committer) take() []submission {
	m.mu.Lock()
	defer m.mu.Unlock()
	batch := m.queue
	m.queue = nil
	if len(batch) > maxChanges {
		batch, m.queue = batch[:maxChanges:maxChanges], batch[maxChanges:]
	}
	return batch
}

func (m *committer) persist(batch []submission) error {
	if len(batch) == 0 { // another commit took them
		return nil
	}
	changes := make([]*record.Change, len(batch))
	for i, s := range batch {
		changes[i] = s.encoded()
	}
	return m.store.Persist(m.ctx, changes)
}

func (m *committer) finished() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.running--
	m.startIfTime()
}

// outcome is what the error of a commit means for one of its groups.
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
