package writebehind

import (
	"context"
	"sync/atomic"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/record"
)

// pendingTask is a task of an Update. It waits for all it needs before it is applied, so a caller that gives up waiting
// has changed nothing.
type pendingTask struct {
	task      cache.Task
	state     taskState
	entry     *entry            // where the task waits; nil while it does not
	lookup    *idLookup         // of its message id
	seen      *record.MessageID // what is remembered of that
	hasCredit bool
	dryRun    bool // it was applied to a copy of the group, and changed that
}

// taskState says what a task waits for.
type taskState uint8

const (
	done           taskState = iota
	waitsForGroup            // until it is loaded
	waitsForID               // until the lookup of the message id is resolved
	waitsForCredit           // until one is free
	waitsForFlush            // until it is over
)

// executor applies tasks to groups.
type executor struct {
	entries *entryMap
	credits *credits
	writer  *writer
	pause   atomic.Pointer[chan struct{}] // set while no task may be applied; closed when it is over

	// Set by start.
	store cache.BackingStore
	ctx   context.Context // ends with Close
}

func (x *executor) start(ctx context.Context, store cache.BackingStore) { x.ctx, x.store = ctx, store }

// try applies a task, unless it has to wait for something, and returns its state.
func (x *executor) try(t *pendingTask) taskState {
	defer x.entries.evict()
	e := x.entries.lock(t.task.Group())
	defer e.mu.Unlock()
	t.endWait(e)
	t.state = done
	switch {
	case x.pause.Load() != nil:
		t.state = waitsForFlush
	case e.lost != nil:
		x.finish(t, e.lost)
	case e.group == nil:
		t.state = waitsForGroup
	case !t.knowsID(e):
		t.state = waitsForID
	case t.hasCredit || x.credits.tryAcquire():
		t.hasCredit = true
		x.apply(e, t)
	case t.dryRun || x.wouldChange(e, t):
		t.state = waitsForCredit
	default: // the copy has answered it
		x.finish(t, nil)
	}
	if t.state == done {
		t.endLookup(e)
		x.entries.release(e)
	} else {
		t.entry = e
		e.waiting++
	}
	return t.state
}

// endWait ends the wait at an entry. It does nothing if a Flush removed the entry at which the task waited.
func (t *pendingTask) endWait(e *entry) {
	if t.entry == e {
		e.waiting--
	}
	t.entry = nil
}

// knowsID reports whether it is known what is remembered of the task's message id. If not, it registers a lookup.
func (t *pendingTask) knowsID(e *entry) bool {
	id := t.task.ID()
	if id == "" {
		return true
	}
	if t.seen = e.findUnwrittenID(id); t.seen != nil {
		return true
	}
	if t.lookup == nil || t.lookup.entry != e {
		t.lookup = &idLookup{entry: e, id: id}
		if e.lookups == nil {
			e.lookups = map[*idLookup]struct{}{}
		}
		e.lookups[t.lookup] = struct{}{}
	}
	t.seen = t.lookup.result
	return t.lookup.resolved
}

func (t *pendingTask) endLookup(e *entry) {
	if t.lookup != nil {
		delete(e.lookups, t.lookup)
	}
}

func (x *executor) apply(e *entry, t *pendingTask) {
	if e.group.Pending() == nil {
		e.group.BeginChange()
	}
	before := e.group.Version()
	remember := t.task.Apply(e.group, t.seen)
	if e.group.Version() == before {
		x.finish(t, nil)
		return
	}
	if remember != nil {
		e.rememberID(*remember)
	}
	x.writer.markDirty(e)
	t.hasCredit = false // it is released when the call is written
	x.finish(t, nil)
}

// wouldChange applies the task to a copy of the group. A task that changes nothing needs no credit, and has its answer.
func (x *executor) wouldChange(e *entry, t *pendingTask) bool {
	g := e.group.Clone()
	g.BeginChange()
	t.task.Apply(g, t.seen)
	t.dryRun = g.Version() != e.group.Version()
	return t.dryRun
}

// abandon ends a task that does not wait any longer.
func (x *executor) abandon(t *pendingTask, err error) {
	e := t.entry
	if e == nil { // it never waited
		x.finish(t, err)
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	t.endWait(e)
	t.endLookup(e)
	x.finish(t, err)
	x.entries.release(e)
}

// finish ends a task, and releases a credit that it did not use.
func (x *executor) finish(t *pendingTask, err error) {
	if t.hasCredit {
		x.credits.release(1)
		t.hasCredit = false
	}
	t.task.Done(err)
}
