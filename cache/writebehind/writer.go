package writebehind

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/record"
)

// maxChunks is the maximum number of chunks in one commit, except that one group may have more by itself.
const maxChunks = 4096

// writer writes dirty groups to the store.
type writer struct {
	entries *entryMap
	credits *credits
	queue   writeQueue
	syncs   atomic.Int64 // calls that wait until everything is written, so that nothing waits until it is due

	// Set by start.
	store    cache.BackingStore
	logger   *slog.Logger
	maxDelay time.Duration
	ctx      context.Context // ends when the writer is to stop
	stopped  chan struct{}   // closed when it has; nil before start
}

func (w *writer) start(ctx context.Context, d cache.Deps, maxDelay time.Duration) {
	w.ctx, w.store, w.logger, w.maxDelay = ctx, d.BackingStore, d.Logger, maxDelay
	w.stopped = make(chan struct{})
	go w.run()
}

func (w *writer) run() {
	defer close(w.stopped)
	for w.ctx.Err() == nil {
		batch, wait := w.queue.nextBatch(time.Now(), w.syncs.Load() > 0 || w.credits.low())
		w.writeBatch(batch)
		if len(batch) == 0 {
			w.sleep(wait)
		}
	}
}

// sleep waits until there may be something to do.
func (w *writer) sleep(wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-w.queue.wake:
	case <-timer.C:
	case <-w.ctx.Done():
	}
}

// markDirty says that a call changed a group, whose entry is locked.
func (w *writer) markDirty(e *entry) {
	if e.dirtyCalls++; e.dirtyCalls == 1 {
		e.dirtySince = time.Now()
		if e.write == nil {
			w.schedule(e)
		}
	}
	if w.credits.low() {
		w.queue.wakeUp()
	}
}

// schedule has a dirty group written when its oldest call is half as old as it may get.
func (w *writer) schedule(e *entry) { w.queue.schedule(e, e.dirtySince.Add(w.maxDelay/2)) }

// writeBatch writes groups in one commit.
func (w *writer) writeBatch(batch []*entry) {
	writes := w.startWrites(batch)
	if len(writes) == 0 {
		return
	}
	changes := make([]*record.Change, len(writes))
	for i, one := range writes {
		changes[i] = one.change
	}
	reply := w.store.Persist(w.ctx, changes)
	var again []*pendingWrite
	var cause error
	for _, one := range writes {
		switch outcome, err := outcomeOf(w.ctx, w.store, one, reply); outcome {
		case committed:
			w.complete(one)
			w.entries.evict()
		case conflicted:
			w.lose(one)
		default:
			again, cause = append(again, one), err
		}
	}
	if len(again) == 0 {
		if w.queue.succeeded(writes) {
			w.logger.Info("writing to the store succeeds again")
		}
		return
	}
	w.retryLater(len(writes), again, cause)
}

// startWrites starts the writes of as many groups as fit into one commit; the others return to the queue.
func (w *writer) startWrites(batch []*entry) []*pendingWrite {
	var writes []*pendingWrite
	chunks := 0
	for i, e := range batch {
		one := e.startWrite()
		if one == nil {
			continue
		}
		if chunks += len(one.change.Chunks); i > 0 && chunks > maxChunks {
			for _, e := range batch[i:] {
				w.queue.schedule(e, e.due)
			}
			break
		}
		writes = append(writes, one)
	}
	return writes
}

// complete ends a write that the store has committed.
func (w *writer) complete(one *pendingWrite) {
	e := one.entry
	e.mu.Lock()
	defer e.mu.Unlock()
	e.resolve(one)
	w.credits.release(one.calls)
	if e.dirtyCalls > 0 {
		w.schedule(e)
	} else {
		w.queue.written(e)
	}
}

// lose gives up a group that another process wrote.
func (w *writer) lose(one *pendingWrite) {
	e := one.entry
	e.mu.Lock()
	defer e.mu.Unlock()
	calls := e.unwrittenCalls()
	e.group, e.write, e.dirtyIDs, e.dirtyCalls = nil, nil, nil, 0
	e.lost = &ConflictingWriterError{Group: e.name, Calls: calls}
	w.credits.release(calls)
	w.queue.addLost(e)
	w.logger.Error("calls are lost: another process wrote their group, and a write-behind cache must be the only writer",
		"group", e.name, "calls", calls, "base", one.change.Base, "version", one.change.Version)
}

// retryLater has writes tried again, after a pause.
func (w *writer) retryLater(size int, again []*pendingWrite, cause error) {
	now := time.Now()
	pause := w.queue.failed(now, size, again, cause)
	calls := 0
	for _, one := range again {
		calls += one.calls
		due := now
		if size == 1 {
			due = now.Add(backoff(one.tries))
		}
		w.queue.schedule(one.entry, due)
	}
	if w.ctx.Err() == nil {
		w.logger.Error("writing to the store failed, will try again", "groups", len(again), "calls", calls, "after", pause, "error", cause)
	}
}
