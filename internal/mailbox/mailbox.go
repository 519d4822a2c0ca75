// Package mailbox queues the tasks of one group, for caches that run one goroutine per group at a time. Tasks that wait
// together are applied together and committed as one change (group commit). A caller whose context ends cancels the
// tasks that have not started.
package mailbox

import (
	"math"
	"sync"

	"github.com/dictrack/dictrack/group"
)

// Mailbox is the queue of one group. The zero Mailbox is empty.
type Mailbox struct {
	running     bool // a runner empties the queue
	first, last *Entry

	applying sync.Mutex // held while the data of tasks is read

	// Mutex protects the queue, and what the owner stores next to the Mailbox. It is the last field, so that it is close
	// to those in memory.
	sync.Mutex
}

// Push appends an entry to the queue. If it returns true, there is no runner and the caller must start one. The caller
// holds the lock.
func (m *Mailbox) Push(e *Entry) (start bool) {
	e.mailbox = m
	if m.last == nil {
		m.first = e
	} else {
		m.last.next = e
	}
	m.last = e
	start = !m.running
	m.running = true
	return start
}

// Pop moves entries from the queue to the end of batch, up to limit entries in batch.
func (m *Mailbox) Pop(batch []*Entry, limit int) []*Entry { return m.pop(batch, limit) }

// PopAll returns all entries of the queue, in the memory of batch.
func (m *Mailbox) PopAll(batch []*Entry) []*Entry { return m.pop(batch[:0], math.MaxInt) }

func (m *Mailbox) pop(batch []*Entry, limit int) []*Entry {
	m.Lock()
	defer m.Unlock()
	for m.first != nil && len(batch) < limit {
		e := m.first
		m.first, e.next = e.next, nil
		batch = append(batch, e)
	}
	if m.first == nil {
		m.last = nil
	}
	return batch
}

// Release ends the runner, unless the queue has entries again: then it returns true and the runner must go on. The caller
// holds the lock.
func (m *Mailbox) Release() (again bool) {
	m.running = m.first != nil
	return m.running
}

// Idle reports whether there is no runner, and therefore no entry in the queue. The caller holds the lock.
func (m *Mailbox) Idle() bool { return !m.running }

// cancel removes an entry from the queue. It returns false if the entry is not in the queue.
func (m *Mailbox) cancel(e *Entry) bool {
	m.Lock()
	defer m.Unlock()
	var before *Entry
	at := m.first
	for at != nil && at != e {
		before, at = at, at.next
	}
	if at == nil {
		return false
	}
	if before == nil {
		m.first = e.next
	} else {
		before.next = e.next
	}
	if m.last == e {
		m.last = before
	}
	e.next = nil
	return true
}

// Apply applies the tasks of a batch to their group, and returns the change to store, nil for none. A task sees the
// message ids of the tasks before it. Tasks with an error, and those whose callers returned, are skipped. The owner may
// have called BeginChangeIn before.
func (m *Mailbox) Apply(g *group.Group, batch []*Entry) *group.Pending {
	m.applying.Lock()
	defer m.applying.Unlock()
	if g.Pending() == nil {
		g.BeginChange()
	}
	for _, e := range batch {
		if e.abandoned {
			e.Err = e.call.ctx.Err()
		}
		if e.Err != nil {
			continue
		}
		change := g.Pending()
		seen := e.Remembered
		if again := change.FindMessageID(e.Task.ID()); again != nil {
			seen = again
		}
		if remember := e.Task.Apply(g, seen); remember != nil {
			change.AddMessageID(*remember)
		}
	}
	return g.EndChange()
}
