package mailbox

import (
	"context"
	"sync"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/internal/gate"
	"github.com/dictrack/dictrack/record"
)

// Calls counts the tasks under way in a cache until it is closed, and holds the memory of finished calls for reuse. The
// zero Calls is open.
type Calls struct {
	gate gate.Gate
	free sync.Pool // of *Call
}

// Enter lets n tasks in, each until it is done. It returns false after Close.
func (c *Calls) Enter(n int) bool { return c.gate.Enter(n) == nil }

// Close lets no more tasks in. It does not wait for those under way.
func (c *Calls) Close() { c.gate.Close(record.ErrClosed) }

// Err returns why a call cannot start: record.ErrClosed after Close, or the error of the context.
func (c *Calls) Err(ctx context.Context) error {
	if err := c.gate.Err(); err != nil {
		return err
	}
	return ctx.Err()
}

// Wait returns when all tasks that entered are done.
func (c *Calls) Wait() { _ = c.gate.Wait(context.Background()) }

// Reject ends tasks that have not started with err.
func Reject(tasks []cache.Task, err error) {
	for _, t := range tasks {
		t.Done(err)
	}
}
