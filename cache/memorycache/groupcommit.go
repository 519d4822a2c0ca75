package memorycache

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/mailbox"
	"github.com/dictrack/dictrack/record"
)

// groupCommit takes all tasks that wait in the mailbox of a group through one change:
//
//	        tasks taken               change submitted
//	start ──────────────▶ applying ────────────────────▶ committing ──▶ finished
//	                        ▲   │                         │  committed, or failed
//	                        │   └── nothing to commit ────│──────────▶
//	                        └────────── conflict ─────────┘
//
// A group has one groupCommit at a time: while one is under way, tasks wait in the mailbox for the next. While the
// change is being committed, no goroutine waits for it: the committer calls committed.
type groupCommit struct {
	through *writeThrough
	entry   *entry
	batch   []*mailbox.Entry
	change  *group.Pending // being committed
	buf     *group.Pending // memory for the change
	retries int            // after conflicts
	ready   bool           // nothing has to be read from the store before the tasks are applied
}

// maxRetries limits how often the tasks are applied again because another process committed first.
const maxRetries = 99

// groupCommits holds groupCommits that are over, to be used again.
var groupCommits = sync.Pool{New: func() any { return &groupCommit{buf: &group.Pending{}} }}

func newGroupCommit(w *writeThrough, e *entry, ready bool) *groupCommit {
	g := groupCommits.Get().(*groupCommit)
	g.through, g.entry, g.ready = w, e, ready
	return g
}

func (g *groupCommit) recycle() {
	clear(g.batch)
	*g = groupCommit{batch: g.batch[:0], buf: g.buf}
	groupCommits.Put(g)
}

// enterAndRun runs the groupCommit as soon as no Flush is under way.
func (g *groupCommit) enterAndRun() {
	_ = g.through.commits.Enter(1) // never closed
	g.run()
}

// run takes the tasks from the mailbox and applies them. The gate has been entered; finish leaves it.
func (g *groupCommit) run() {
	g.batch = g.entry.box.PopAll(g.batch)
	g.apply()
}

// apply applies the tasks and submits the change.
func (g *groupCommit) apply() {
	change, err := g.makeChange()
	if change == nil {
		g.finish(err)
		return
	}
	change.Encode() // encoded here, where many goroutines run, and not in the one commit of all
	g.change = change
	g.through.committer.submit(g, g.batch)
}

// makeChange loads the group if need be, and applies the tasks to it. It returns nil if there is nothing to commit.
func (g *groupCommit) makeChange() (*group.Pending, error) {
	if len(g.batch) == 0 { // all were cancelled
		return nil, nil
	}
	e, w := g.entry, g.through
	if e.group == nil {
		loaded, err := w.store.Load(w.ctx, e.name)
		if err != nil {
			return nil, fmt.Errorf("load group %q: %w", e.name, err)
		}
		e.group = loaded
	}
	for _, task := range g.batch {
		findMessageID(w.ctx, w.store, task)
	}
	e.group.BeginChangeIn(g.buf)
	return e.box.Apply(e.group, g.batch), nil
}

// encoded implements submission.
func (g *groupCommit) encoded() *record.Change { return g.change.Encode() }

// committed implements submission.
func (g *groupCommit) committed(err error) {
	if err != nil {
		g.entry.group = nil      // the store may have another version
		g.buf = &group.Pending{} // a store that gave up may still read the old one
	} else {
		g.buf.AllowReuse()
	}
	var conflict cache.Conflict
	if errors.As(err, &conflict) && g.retries < maxRetries {
		g.retries++
		go g.apply()
		return
	}
	g.finish(err)
}

// finish ends the tasks, and starts another groupCommit if more were posted meanwhile.
func (g *groupCommit) finish(err error) {
	w, e := g.through, g.entry
	w.committer.release(g.batch)
	for _, task := range g.batch {
		task.Done(err)
	}
	w.commits.Leave()
	if w.finished(e) {
		go newGroupCommit(w, e, false).enterAndRun()
	}
	g.recycle()
	w.entries.evict()
}

// findMessageID looks up the id of a task's message in the store.
func findMessageID(ctx context.Context, store cache.BackingStore, task *mailbox.Entry) {
	task.Err, task.Remembered = task.Context().Err(), nil
	id := task.Task.ID()
	if task.Err != nil || id == "" {
		return
	}
	seen, ok, err := store.FindMessageID(ctx, task.Task.Group(), id)
	if err != nil {
		task.Err = fmt.Errorf("look up id %q: %w", id, err)
	} else if ok {
		task.Remembered = &seen
	}
}
