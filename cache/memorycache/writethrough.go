package memorycache

import (
	"context"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/internal/gate"
	"github.com/dictrack/dictrack/internal/mailbox"
	"github.com/dictrack/dictrack/record"
)

// writeThrough applies tasks to groups that a store has: a task is done when the store has committed its change.
type writeThrough struct {
	entries   *entryMap
	calls     *mailbox.Calls
	commits   *gate.Gate // entered by group commits
	committer *committer
	store     cache.BackingStore

	// ctx is for what the store is asked to do. It ends when Close gives up waiting.
	ctx  context.Context
	stop context.CancelFunc
}

func newWriteThrough(entries *entryMap, calls *mailbox.Calls, commits *gate.Gate, store cache.BackingStore) *writeThrough {
	entries.inline = false
	w := &writeThrough{entries: entries, calls: calls, commits: commits, store: store}
	w.ctx, w.stop = context.WithCancel(context.Background())
	w.committer = &committer{store: store, ctx: w.ctx}
	return w
}

// update posts tasks to the mailboxes of their groups and waits until they are done.
func (w *writeThrough) update(ctx context.Context, tasks []cache.Task) error {
	if len(tasks) == 0 {
		return nil
	}
	if !w.calls.Enter(len(tasks)) {
		mailbox.Reject(tasks, record.ErrClosed)
		return nil
	}
	call := mailbox.NewCall(ctx, w.calls, tasks)
	many := len(tasks) > 1
	if many {
		w.committer.hold()
	}
	starting := make([]*groupCommit, 0, 1)
	for i := range call.Entries() {
		if g := w.post(&call.Entries()[i]); g != nil {
			starting = append(starting, g)
		}
	}
	for _, g := range starting { // now that all is posted, so that one groupCommit takes all of a group
		w.start(g, many)
	}
	return call.Wait(w.committer.cancelled)
}

// post puts a task into its group's mailbox. It returns the groupCommit to be started, nil if one is under way.
func (w *writeThrough) post(task *mailbox.Entry) *groupCommit {
	e := w.entries.lock(task.Task.Group())
	defer e.box.Unlock()
	if !e.box.Push(task) {
		return nil
	}
	return newGroupCommit(w, e, e.group != nil && task.Task.ID() == "")
}

// start starts a groupCommit: on this goroutine if it need not wait for anything before its commit, else on its own.
func (w *writeThrough) start(g *groupCommit, many bool) {
	if g.ready && !many && w.commits.TryEnter() {
		g.run()
	} else {
		go g.enterAndRun()
	}
}

// finished says that a groupCommit is over. It returns true, and the groupCommit goes on, if tasks were posted meanwhile. An
// entry without anything worth keeping is removed.
func (w *writeThrough) finished(e *entry) (again bool) {
	e.box.Lock()
	defer e.box.Unlock()
	again = e.box.Release()
	switch exists := e.group != nil && e.group.Exists(); {
	case exists && w.entries.eviction.Enabled():
		w.entries.eviction.Use(e, e.group.Size())
	case !exists && !again:
		w.entries.remove(e)
	}
	return again
}
