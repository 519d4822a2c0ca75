// Package mailbox puts the calls on one group in line, for caches whose groups have one runner at a time: what waits
// together is stepped together and kept as one change. A caller whose context ends takes back what was not begun.
package mailbox

import (
	"context"
	"math"
	"sync"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
)

// Entry is a task in a Box. Its fields are the runner's, from Take until Settle.
type Entry struct {
	Task cache.Task
	// Seen is what is remembered of the task's id, nil for nothing.
	Seen *record.MessageID
	// Err is why this task alone is not applied.
	Err error

	call   *Call
	box    *Box
	next   *Entry // in line; protected by the box
	left   bool   // its caller is gone, and with it the data; protected by box.apply
	coming bool   // it counts in call.coming
}

// Context is that of the caller.
func (e *Entry) Context() context.Context { return e.call.ctx }

// Settle ends the task: with its own error, if it has one, else with err. It is the last that the runner does with it.
func (e *Entry) Settle(err error) {
	call := e.call
	if e.Err != nil {
		err = e.Err
	}
	e.Task.Done(err)
	call.door.work.Done()
	if call.pending.Add(-1) == 0 {
		call.done <- struct{}{}
	}
}

// Handed notes that the entry's change is handed over, or that there is none. It tells whether the entry was the last
// one of a call of many; said again, it is false.
func (e *Entry) Handed() (last bool) {
	if !e.coming {
		return false
	}
	e.coming = false
	return e.call.coming.Add(-1) == 0
}

// Box is the mailbox of one group. The zero Box is empty.
type Box struct {
	running     bool // somebody empties it
	first, last *Entry

	apply sync.Mutex // held while the data of calls is read

	// Mutex protects the fields above but apply, and whatever the owner keeps beside the Box. It is the last one, so that
	// it can stand side by side with what it protects there.
	sync.Mutex
}

// Post puts an entry in line. It tells whether the caller is to start a runner, since there is none. The Box is locked.
func (b *Box) Post(e *Entry) (start bool) {
	e.box = b
	if b.last == nil {
		b.first = e
	} else {
		b.last.next = e
	}
	b.last = e
	start = !b.running
	b.running = true
	return start
}

// Take appends what waits to batch, up to limit entries in all.
func (b *Box) Take(batch []*Entry, limit int) []*Entry { return b.take(batch, limit) }

// TakeAll is all that waits, in place of what is in batch.
func (b *Box) TakeAll(batch []*Entry) []*Entry { return b.take(batch[:0], math.MaxInt) }

func (b *Box) take(batch []*Entry, limit int) []*Entry {
	b.Lock()
	defer b.Unlock()
	for b.first != nil && len(batch) < limit {
		e := b.first
		b.first, e.next = e.next, nil
		batch = append(batch, e)
	}
	if b.first == nil {
		b.last = nil
	}
	return batch
}

// Rest ends a runner, unless something waits again. The Box is locked.
func (b *Box) Rest() (again bool) {
	b.running = b.first != nil
	return b.running
}

// Idle tells whether there is no runner, and so nothing in line. The Box is locked.
func (b *Box) Idle() bool { return !b.running }

// takeBack removes an entry that was not taken.
func (b *Box) takeBack(e *Entry) bool {
	b.Lock()
	defer b.Unlock()
	var before *Entry
	at := b.first
	for at != nil && at != e {
		before, at = at, at.next
	}
	if at == nil {
		return false
	}
	if before == nil {
		b.first = e.next
	} else {
		before.next = e.next
	}
	if b.last == e {
		b.last = before
	}
	e.next = nil
	return true
}

// Step applies a batch to its group and returns what is to be kept, nil for nothing. An id that comes twice is seen the
// second time. Those with an error, and those whose callers are gone, are passed over. The owner may have begun to record.
func (b *Box) Step(g *group.Group, batch []*Entry) *group.Pending {
	b.apply.Lock()
	defer b.apply.Unlock()
	if g.Pending() == nil {
		g.BeginChange()
	}
	for _, e := range batch {
		if e.left {
			e.Err = e.call.ctx.Err()
		}
		if e.Err != nil {
			continue
		}
		change := g.Pending()
		seen := e.Seen
		if again := change.FindMessageID(e.Task.ID()); again != nil {
			seen = again
		}
		if remember := e.Task.Apply(g, seen); remember != nil {
			change.AddMessageID(*remember)
		}
	}
	return g.EndChange()
}

// leave notes that the caller of an entry is gone. When it returns, the entry's data is not read any more.
func (e *Entry) leave() {
	e.box.apply.Lock()
	defer e.box.apply.Unlock()
	e.left = true
}
