package writebehind

import (
	"context"
	"errors"
	"slices"

	"github.com/dictrack/dictrack/record"
)

// watermark is a version of a group that the store is to reach.
type watermark struct {
	entry   *entry
	version uint64
}

// reached reports whether the store has the version, or never will.
func (m watermark) reached() bool {
	e := m.entry
	e.mu.Lock()
	defer e.mu.Unlock()
	return !e.unwritten() || e.storedVersion >= m.version
}

// sync waits until everything is written, and fails if groups are lost.
func (w *writer) sync(ctx context.Context) error {
	return errors.Join(w.waitWritten(ctx), w.queue.lostGroups())
}

// waitWritten waits until the store has all that was completed before the call, except for groups that are lost.
func (w *writer) waitWritten(ctx context.Context) error {
	w.syncs.Add(1)
	defer w.syncs.Add(-1)
	w.queue.wakeUp()
	open := w.watermarks()
	for {
		progress := w.queue.nextProgress()
		if open = slices.DeleteFunc(open, watermark.reached); len(open) == 0 {
			return nil
		}
		select {
		case <-progress:
		case <-w.stopped:
			return w.pendingWrites(record.ErrClosed)
		case <-ctx.Done():
			return w.pendingWrites(ctx.Err())
		}
	}
}

// watermarks are the versions of all groups that the store does not have now.
func (w *writer) watermarks() []watermark {
	var all []watermark
	for _, e := range w.queue.entries() {
		e.mu.Lock()
		if e.unwritten() {
			all = append(all, watermark{e, e.group.Version()})
		}
		e.mu.Unlock()
	}
	return all
}

// pendingWrites is the error of a wait that ended before everything was written.
func (w *writer) pendingWrites(why error) error {
	pending := &PendingWritesError{Err: errors.Join(why, w.queue.lastFailure())}
	for _, e := range w.queue.entries() {
		e.mu.Lock()
		if calls := e.unwrittenCalls(); calls > 0 {
			pending.Groups, pending.Calls = append(pending.Groups, e.name), pending.Calls+calls
		}
		e.mu.Unlock()
	}
	slices.Sort(pending.Groups)
	return pending
}
