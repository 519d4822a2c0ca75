package mailbox

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/record"
)

// Door counts the tasks that are under way. The zero Door is open.
type Door struct {
	mu   sync.Mutex // held while tasks are let in, and by Shut to let in no more
	shut atomic.Bool
	work sync.WaitGroup

	calls sync.Pool // of *Call that are over
}

// Admit lets tasks in, each until it is settled; false when the door is shut.
func (d *Door) Admit(tasks int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.shut.Load() {
		return false
	}
	d.work.Add(tasks)
	return true
}

// Shut lets nothing in any more.
func (d *Door) Shut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shut.Store(true)
}

// Refusal is why a call is not begun at all: the door is shut, or the context has ended.
func (d *Door) Refusal(ctx context.Context) error {
	if d.shut.Load() {
		return record.ErrClosed
	}
	return ctx.Err()
}

// Wait returns when all that was let in is settled.
func (d *Door) Wait() { d.work.Wait() }

// Refuse settles tasks that are not begun.
func Refuse(tasks []cache.Task, err error) {
	for _, t := range tasks {
		t.Done(err)
	}
}

// Call is one Update, waiting until all its tasks are settled.
type Call struct {
	ctx     context.Context
	door    *Door
	entries []Entry
	one     [1]Entry      // the entries of a call of one
	pending atomic.Int64  // tasks that are not settled
	coming  atomic.Int64  // in a call of many: entries that were not handed over
	done    chan struct{} // capacity 1: pending is 0
}

// NewCall makes entries of tasks, at least one, that the door has let in. All of them are to be posted, and Wait to be
// called.
func NewCall(ctx context.Context, d *Door, tasks []cache.Task) *Call {
	c, ok := d.calls.Get().(*Call)
	if !ok {
		c = &Call{done: make(chan struct{}, 1)}
	}
	c.ctx, c.door, c.entries = ctx, d, c.one[:]
	if len(tasks) > 1 {
		c.entries = make([]Entry, len(tasks))
	}
	c.pending.Store(int64(len(tasks)))
	c.coming.Store(int64(len(tasks)))
	for i, t := range tasks {
		c.entries[i] = Entry{Task: t, call: c, coming: len(tasks) > 1}
	}
	return c
}

// Entries are those of the tasks, in their order.
func (c *Call) Entries() []Entry { return c.entries }

// Wait returns nil when all is settled. When the context ends first, it takes back what was not begun, tells back of
// each, and gives up waiting for the rest: nothing reads the caller's data any more when it returns. The Call is not
// to be used after it.
func (c *Call) Wait(back func(*Entry)) error {
	ended := c.ctx.Done()
	if ended == nil {
		<-c.done
		c.over()
		return nil
	}
	select {
	case <-c.done:
		c.over()
		return nil
	case <-ended:
		return c.leave(back)
	}
}

// over gives a call back that nobody looks at any more.
func (c *Call) over() {
	d := c.door
	c.ctx, c.door, c.entries, c.one = nil, nil, nil, [1]Entry{}
	d.calls.Put(c)
}

func (c *Call) leave(back func(*Entry)) error {
	for i := range c.entries {
		e := &c.entries[i]
		if !e.box.takeBack(e) {
			e.leave()
			continue
		}
		if back != nil {
			back(e)
		}
		e.Settle(c.ctx.Err())
	}
	if c.pending.Load() == 0 {
		return nil
	}
	return fmt.Errorf("%w: %w", cache.ErrUnknown, c.ctx.Err())
}
