// Package mailbox puts the calls on one group in line, for caches whose groups have one runner at a time: what waits
// together is stepped together and kept as one change. A caller whose context ends takes back what was not begun.
package mailbox

import (
	"context"
	"slices"
	"sync"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
)

// Entry is a task in a Box. Its fields are the runner's, from Take on.
type Entry struct {
	Task cache.Task
	// Seen is what is remembered of the task's id, nil for nothing.
	Seen *group.Seen
	// Err is why this task alone is not applied.
	Err error

	call   *Call
	box    *Box
	left   bool // its caller is gone, and with it the data; protected by box.apply
	coming bool // it counts in call.coming
}

// Context is that of the caller.
func (e *Entry) Context() context.Context { return e.call.ctx }

// Settle ends the task: with its own error, if it has one, else with err.
func (e *Entry) Settle(err error) {
	defer e.call.door.work.Done()
	if e.Err != nil {
		err = e.Err
	}
	e.Task.Settled(err)
	if e.call.pending.Add(-1) == 0 {
		close(e.call.done)
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
	// Mutex protects the fields below but apply, and whatever the owner keeps beside the Box.
	sync.Mutex
	queue   []*Entry
	running bool // somebody empties it

	apply sync.Mutex // held while the data of calls is read
}

// Post puts an entry in line. It tells whether the caller is to start a runner, since there is none. The Box is locked.
func (b *Box) Post(e *Entry) (start bool) {
	e.box = b
	b.queue = append(b.queue, e)
	start = !b.running
	b.running = true
	return start
}

// Take is what waits, at most limit entries.
func (b *Box) Take(limit int) []*Entry {
	b.Lock()
	defer b.Unlock()
	batch := b.queue
	if len(batch) <= limit {
		b.queue = nil
		return batch
	}
	b.queue = slices.Clone(batch[limit:])
	return batch[:limit:limit]
}

// Rest ends a runner, unless something waits again. The Box is locked.
func (b *Box) Rest() (again bool) {
	b.running = len(b.queue) > 0
	return b.running
}

// Idle tells whether there is no runner, and so nothing in line. The Box is locked.
func (b *Box) Idle() bool { return !b.running }

// takeBack removes an entry that was not taken.
func (b *Box) takeBack(e *Entry) bool {
	b.Lock()
	defer b.Unlock()
	i := slices.Index(b.queue, e)
	if i < 0 {
		return false
	}
	b.queue = slices.Delete(b.queue, i, i+1)
	return true
}

// Step applies a batch to its group and returns what is to be kept, nil for nothing. An id that comes twice is seen the
// second time. Those with an error, and those whose callers are gone, are passed over.
func (b *Box) Step(g *group.Group, batch []*Entry) *group.Change {
	b.apply.Lock()
	defer b.apply.Unlock()
	g.Record()
	for _, e := range batch {
		if e.left {
			e.Err = e.call.ctx.Err()
		}
		if e.Err != nil {
			continue
		}
		change := g.Recorded()
		seen := e.Seen
		if again := change.Find(e.Task.ID()); again != nil {
			seen = again
		}
		if remember := e.Task.Apply(g, seen); remember != nil {
			change.See(*remember)
		}
	}
	return g.Take()
}

// leave notes that the caller of an entry is gone. When it returns, the entry's data is not read any more.
func (e *Entry) leave() {
	e.box.apply.Lock()
	defer e.box.apply.Unlock()
	e.left = true
}
