package commit

import (
	"context"
	"runtime"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/internal/mailbox"
	"github.com/dictrack/dictrack/record"
)

// batchesPerCore is how many batches are under way for each core before requests wait for one to end.
const batchesPerCore = 3

// New makes a Committer.
func New(config Config) *Committer {
	c := &Committer{env: env{Config: config}}
	c.entries.init(config.MaxEntries)
	c.oneShard.Store(config.Cluster)
	c.batcher.Send = c.begin
	if !config.Cluster { // there, a batch would be as slow as the slowest node that it goes to
		c.batcher.MaxConcurrent = batchesPerCore * runtime.GOMAXPROCS(0)
	}
	return c
}

// Update runs tasks, each until it is done; see cache.Cache. calls counts them.
func (c *Committer) Update(ctx context.Context, calls *mailbox.Calls, tasks []cache.Task) error {
	if len(tasks) == 0 {
		return nil
	}
	if !calls.Enter(len(tasks)) {
		mailbox.Reject(tasks, record.ErrClosed)
		return nil
	}
	call := mailbox.NewCall(ctx, calls, tasks)
	var groups []*entry
	for i := range call.Entries() {
		if e := c.post(&call.Entries()[i]); e != nil {
			groups = append(groups, e)
		}
	}
	if len(groups) > 0 { // after all are posted, so that one attempt gets all tasks of a group
		c.batcher.Add(groups...)
	}
	return call.Wait(nil)
}

// post adds a task to the mailbox of its group. It returns the group if that needs an attempt, nil if it has one.
func (c *Committer) post(task *mailbox.Entry) *entry {
	e := c.entries.locked(task.Task.Group())
	defer e.box.Unlock()
	if e.box.Push(task) {
		return e
	}
	return nil
}

// Pause waits until no attempt is under way, and keeps others from beginning until Resume. If ctx ends first, it returns
// the error and nothing is paused.
func (c *Committer) Pause(ctx context.Context) error { return c.flushes.Pause(ctx) }

// Resume ends a pause.
func (c *Committer) Resume() { c.flushes.Resume() }

// WrittenShards are the shards that this process has committed to.
func (c *Committer) WrittenShards() (shards []int) {
	for i := range c.dirty {
		if c.dirty[i].Load() {
			shards = append(shards, i)
		}
	}
	return shards
}
