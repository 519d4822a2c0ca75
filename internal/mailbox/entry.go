package mailbox

import (
	"context"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/record"
)

// Entry is a task in a Mailbox. Its fields belong to the runner from Pop until Done.
type Entry struct {
	Task cache.Task
	// Remembered is the record of the task's message id, nil if there is none.
	Remembered *record.MessageID
	// Err is set to skip this task; Done then ends it with this error.
	Err error

	call      *Call
	mailbox   *Mailbox
	next      *Entry // in the queue; protected by the mailbox
	abandoned bool   // its caller returned, so its data must not be read; protected by mailbox.applying
	counted   bool   // it counts in call.toSubmit
}

// Context returns the context of the caller.
func (e *Entry) Context() context.Context { return e.call.ctx }

// Done ends the task: with its own error, if it has one, otherwise with err. The runner must not use the entry
// afterwards.
func (e *Entry) Done(err error) {
	call := e.call
	if e.Err != nil {
		err = e.Err
	}
	e.Task.Done(err)
	call.pool.gate.Leave()
	if call.pending.Add(-1) == 0 {
		call.done <- struct{}{}
	}
}

// MarkSubmitted records that the entry's change was submitted, or that there is none. It returns true, once, for the
// last entry of a call with several tasks.
func (e *Entry) MarkSubmitted() (last bool) {
	if !e.counted {
		return false
	}
	e.counted = false
	return e.call.toSubmit.Add(-1) == 0
}

// abandon marks an entry whose caller returns. When abandon returns, nothing reads the entry's data any more.
func (e *Entry) abandon() {
	e.mailbox.applying.Lock()
	defer e.mailbox.applying.Unlock()
	e.abandoned = true
}
