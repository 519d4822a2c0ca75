package writebehind

import (
	"errors"
	"slices"
	"sync"
	"time"
)

const (
	// maxBatch is the maximum number of groups in one commit.
	maxBatch = 1024
	// minBackoff and maxBackoff are the first and the longest pause after failures.
	minBackoff, maxBackoff = 20 * time.Millisecond, time.Second
)

// writeQueue holds the groups that are dirty or being written, and says which are to be written when.
type writeQueue struct {
	wake chan struct{} // capacity 1: there may be something to write earlier than planned

	mu        sync.Mutex        // protects all below; may be locked by the holder of an entry's lock, and not the other way round
	ready     []*entry          // to be written together, the earliest due first
	isolated  []*entry          // to be written one by one: each failed in a write of its own
	unwritten map[string]*entry // all that are dirty or being written, by name
	lost      []*ConflictingWriterError
	progress  chan struct{} // closed when the outcome of a batch is known

	batchSize   int // of the next batch
	failures    int // batches in a row that failed
	lastError   error
	pausedUntil time.Time // nothing is tried before; see backoff
	wasIsolated bool      // the last batch was an isolated group
}

func (q *writeQueue) init() {
	q.wake, q.progress = make(chan struct{}, 1), make(chan struct{})
	q.unwritten, q.batchSize = map[string]*entry{}, maxBatch
}

// wakeUp has the writer look what there is to do.
func (q *writeQueue) wakeUp() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// schedule adds a group whose write is to start at due at the latest.
func (q *writeQueue) schedule(e *entry, due time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.unwritten[e.name] = e
	e.due = due
	if e.isolated {
		q.isolated = append(q.isolated, e)
		return
	}
	i, _ := slices.BinarySearchFunc(q.ready, due, func(other *entry, due time.Time) int {
		if other.due.After(due) {
			return 1
		}
		return -1 // of those due at the same time it is the last
	})
	q.ready = slices.Insert(q.ready, i, e)
	if i == 0 {
		q.wakeUp()
	}
}

// written says that the store has a group as it is.
func (q *writeQueue) written(e *entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.unwritten, e.name)
}

// addLost says that a group is lost.
func (q *writeQueue) addLost(e *entry) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.unwritten, e.name)
	q.lost = append(q.lost, e.lost)
}

func (q *writeQueue) clearLost() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.lost = nil
}

// lostGroups is an error that has a ConflictingWriterError for every group that was lost; nil for none.
func (q *writeQueue) lostGroups() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	var all []error
	for _, lost := range q.lost {
		all = append(all, lost)
	}
	return errors.Join(all...)
}

// entries are the groups that are dirty or being written.
func (q *writeQueue) entries() []*entry {
	q.mu.Lock()
	defer q.mu.Unlock()
	all := make([]*entry, 0, len(q.unwritten))
	for _, e := range q.unwritten {
		all = append(all, e)
	}
	return all
}

// nextBatch removes the groups from the queue that are to be written now, or says how long there is nothing to do. When
// one group is due, or urgent is set, groups that are not due yet go along. An isolated group goes alone, in turns with
// the others.
func (q *writeQueue) nextBatch(now time.Time, urgent bool) ([]*entry, time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	wait := q.pausedUntil.Sub(now)
	if wait > 0 {
		return nil, wait
	}
	wait = time.Hour
	together, alone := 0, -1
	if len(q.ready) > 0 {
		wait = q.ready[0].due.Sub(now)
		if urgent || wait <= 0 {
			together = min(len(q.ready), q.batchSize)
		}
	}
	for i, e := range q.isolated {
		wait = min(wait, e.due.Sub(now))
		if alone < 0 && !e.due.After(now) {
			alone = i
		}
	}
	return q.take(together, alone), wait
}

// take removes the first groups of ready, or one of isolated if it is its turn. Alone is -1 for none.
func (q *writeQueue) take(together, alone int) (batch []*entry) {
	q.wasIsolated = alone >= 0 && (together == 0 || !q.wasIsolated)
	if q.wasIsolated {
		batch = []*entry{q.isolated[alone]}
		q.isolated = slices.Delete(q.isolated, alone, alone+1)
		return batch
	}
	batch = slices.Clone(q.ready[:together])
	q.ready = slices.Delete(q.ready, 0, together)
	return batch
}

// succeeded says that no write of a batch must be tried again. It reports whether the batch before failed.
func (q *writeQueue) succeeded(batch []*pendingWrite) (recovered bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	recovered = q.failures > 0
	q.failures, q.lastError = 0, nil
	q.batchSize = min(2*q.batchSize, maxBatch)
	for _, w := range batch {
		w.entry.isolated = false
	}
	q.broadcast()
	return recovered
}

// failed says that writes must be tried again, of a batch of some size, and returns the pause before the next attempt. The
// next batch has half the size. So a group that cannot be written is soon in a batch of its own, and from then on does
// not delay others.
func (q *writeQueue) failed(now time.Time, size int, retry []*pendingWrite, cause error) time.Duration {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.failures++
	q.lastError = cause
	q.batchSize = max(1, size/2)
	for _, w := range retry {
		w.tries++
		w.entry.isolated = size == 1
	}
	q.pausedUntil = now.Add(backoff(q.failures))
	q.broadcast()
	return backoff(q.failures)
}

// lastFailure is the error of the last batch; nil if it succeeded.
func (q *writeQueue) lastFailure() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.lastError
}

// broadcast wakes everybody who waits for progress; mu is held.
func (q *writeQueue) broadcast() {
	close(q.progress)
	q.progress = make(chan struct{})
}

// nextProgress is closed when the outcome of a batch becomes known after this call.
func (q *writeQueue) nextProgress() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.progress
}

// backoff is the pause after some failures in a row: exponential, with a maximum.
func backoff(failures int) time.Duration {
	return min(maxBackoff, minBackoff<<min(failures-1, 10))
}
