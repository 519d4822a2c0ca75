package mailbox

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/dictrack/dictrack/cache"
)

// Call is one cache.Update that waits until all its tasks are done.
type Call struct {
	ctx      context.Context
	pool     *Calls
	entries  []Entry
	one      [1]Entry      // the entries of a call with one task
	pending  atomic.Int64  // tasks that are not done
	toSubmit atomic.Int64  // in a call with several tasks: entries whose change was not submitted
	done     chan struct{} // capacity 1: pending is 0
}

// NewCall makes an Entry of each task. There must be at least one task, and all must have entered calls. The caller
// pushes every entry into a Mailbox and then calls Wait.
func NewCall(ctx context.Context, calls *Calls, tasks []cache.Task) *Call {
	c, ok := calls.free.Get().(*Call)
	if !ok {
		c = &Call{done: make(chan struct{}, 1)}
	}
	c.ctx, c.pool, c.entries = ctx, calls, c.one[:]
	if len(tasks) > 1 {
		c.entries = make([]Entry, len(tasks))
	}
	c.pending.Store(int64(len(tasks)))
	c.toSubmit.Store(int64(len(tasks)))
	for i, t := range tasks {
		c.entries[i] = Entry{Task: t, call: c, counted: len(tasks) > 1}
	}
	return c
}

// Entries returns the entries of the tasks, in their order.
func (c *Call) Entries() []Entry { return c.entries }

// Wait returns nil when all tasks are done. When the context ends first, it cancels the entries that no runner has
// popped, calling cancelled for each, abandons the others, and returns an error that is cache.ErrUnknown. Afterwards
// nothing reads the data of the tasks any more. The Call must not be used after Wait.
func (c *Call) Wait(cancelled func(*Entry)) error {
	ended := c.ctx.Done()
	if ended == nil {
		<-c.done
		c.recycle()
		return nil
	}
	select {
	case <-c.done:
		c.recycle()
		return nil
	case <-ended:
		return c.abandon(cancelled)
	}
}

// recycle returns a Call to the pool that nobody refers to any more.
func (c *Call) recycle() {
	calls := c.pool
	c.ctx, c.pool, c.entries, c.one = nil, nil, nil, [1]Entry{}
	calls.free.Put(c)
}

func (c *Call) abandon(cancelled func(*Entry)) error {
	for i := range c.entries {
		e := &c.entries[i]
		if !e.mailbox.cancel(e) {
			e.abandon()
			continue
		}
		if cancelled != nil {
			cancelled(e)
		}
		e.Done(c.ctx.Err())
	}
	if c.pending.Load() == 0 {
		return nil
	}
	return fmt.Errorf("%w: %w", cache.ErrUnknown, c.ctx.Err())
}
