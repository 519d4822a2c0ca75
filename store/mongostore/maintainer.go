package mongostore

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dictrack/dictrack/internal/retry"
)

// maintainer does in the background what remains to be done after commits, a moment later and for many groups at once:
// it updates tracker documents, moves message ids out of the groups' documents, and removes orphaned overflow
// documents. A group's document says whether something remains, so that any process that loads the group, or opens the
// store, does what a process that crashed has not. All of it is idempotent, and several processes may do it at once.
type maintainer struct {
	db       *database
	delay    time.Duration
	done     chan struct{} // closed when run has returned
	stopping chan struct{} // closed to make run return
	wake     chan struct{}

	busy      sync.Mutex // held during a maintenance run; protects projector
	projector projector

	mu           sync.Mutex      // protects all below
	scheduled    map[string]bool // by key of the group; true: check everything, whatever its document says
	inlineCounts map[string]int  // by key; the message ids that commits of this Store have added to the document
}

func newMaintainer(db *database, delay time.Duration) *maintainer {
	return &maintainer{
		db: db, delay: delay, done: make(chan struct{}), stopping: make(chan struct{}), wake: make(chan struct{}, 1),
		projector: projector{db: db, summaries: definitionSummaries{}},
		scheduled: map[string]bool{}, inlineCounts: map[string]int{},
	}
}

// committed schedules what a commit has left to do.
func (m *maintainer) committed(w *write) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if w.idCount > 0 {
		if len(m.inlineCounts) >= maxCountedGroups {
			clear(m.inlineCounts)
		}
		m.inlineCounts[w.key] += w.idCount
	}
	if w.needsMaintenance || m.inlineCounts[w.key] >= spillThreshold {
		m.scheduleLocked(w.key, false)
	}
}

// overLimit returns the keys of writes that would exceed maxInlineIDs, and restarts their counts.
func (m *maintainer) overLimit(writes []*write) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var keys []string
	for _, w := range writes {
		if n := m.inlineCounts[w.key]; n > 0 && w.idCount > 0 && n+w.idCount > maxInlineIDs {
			keys = append(keys, w.key)
			delete(m.inlineCounts, w.key)
		}
	}
	return keys
}

// schedule puts a group into the next maintenance run. Full means to check everything, whatever its document says.
func (m *maintainer) schedule(key string, full bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.scheduleLocked(key, full)
}

// scheduleLocked is schedule for a caller that holds mu.
func (m *maintainer) scheduleLocked(key string, full bool) {
	m.scheduled[key] = m.scheduled[key] || full
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// maxMaintained is how many groups are in one batch.
const maxMaintained = 100

// nextBatch takes some of the groups that are scheduled.
func (m *maintainer) nextBatch() map[string]bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	batch := map[string]bool{}
	for key, full := range m.scheduled {
		if len(batch) == maxMaintained {
			break
		}
		batch[key] = full
		delete(m.scheduled, key)
		delete(m.inlineCounts, key)
	}
	return batch
}

// pause waits for a run under way and holds up the next one until the function that it returns is called.
func (m *maintainer) pause() (resume func()) {
	m.busy.Lock()
	return m.busy.Unlock
}

// run maintains groups until stop is called.
func (m *maintainer) run() {
	defer close(m.done)
	m.resume()
	for wait := m.delay; ; {
		select {
		case <-m.stopping:
			m.runOnce()
			return
		case <-m.wake:
		}
		timer := time.NewTimer(wait)
		select {
		case <-m.stopping:
		case <-timer.C:
		}
		timer.Stop()
		if wait = m.delay; !m.runOnce() {
			wait = max(wait, retry.MaxBackoff)
		}
	}
}

// stop ends run after one last run, which the store's context cuts short.
func (m *maintainer) stop() {
	close(m.stopping)
	<-m.done
}

// resume schedules the groups that a process that crashed has not maintained. Some may be about to be maintained by
// other processes, which does no harm.
func (m *maintainer) resume() {
	err := m.db.retrier.DoOnce(m.db.ctx, m.db.retrier.Timeout, func(ctx context.Context) error {
		o := options.Find().SetProjection(doc("_id", 1))
		return forEach(ctx, m.db.groups, doc(fieldMaintenance, true), o, func(raw bson.Raw) error {
			if key, ok := raw.Lookup("_id").StringValueOK(); ok {
				m.schedule(key, false)
			}
			return nil
		})
	})
	m.logError(err)
}

// runOnce maintains all groups that are scheduled. After an error it schedules those again that may not be done, and
// returns false.
func (m *maintainer) runOnce() bool {
	for {
		batch := m.nextBatch()
		if len(batch) == 0 {
			return true
		}
		if err := m.maintain(m.db.ctx, batch); err != nil {
			m.logError(err)
			for key, full := range batch {
				m.schedule(key, full)
			}
			return false
		}
	}
}

func (m *maintainer) logError(err error) {
	if err != nil && m.db.ctx.Err() == nil && !errors.Is(err, retry.ErrRetry) {
		m.db.log.Warn("tracker documents are behind; retrying", "error", m.db.describe(err))
	}
}
