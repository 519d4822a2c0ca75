package memorycache

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
)

// call is one Update, waiting until all its tasks are settled.
type call struct {
	ctx     context.Context
	pending atomic.Int64
	done    chan struct{} // closed when pending is 0
	work    *sync.WaitGroup

	// holds is the number of entries whose change is not yet with the committer; 0 in a call of one.
	holds atomic.Int64
}

// entry is a task in a mailbox.
type entry struct {
	task cache.Task
	call *call
	slot *slot
	seen *group.Seen // what the Backing remembers of the task's id
	err  error       // why this task alone is not applied
	left bool        // its caller is gone, and with it the data; protected by slot.apply
	held bool        // it counts in call.holds
}

func (e *entry) settle(err error) {
	defer e.call.work.Done()
	e.task.Settled(err)
	if e.call.pending.Add(-1) == 0 {
		close(e.call.done)
	}
}

// updateDurable posts tasks to the mailboxes of their groups and waits.
func (c *Cache) updateDurable(ctx context.Context, tasks []cache.Task) error {
	if len(tasks) == 0 {
		return nil
	}
	if !c.admit(len(tasks)) {
		refuse(tasks, cache.ErrClosed)
		return nil
	}
	one := &call{ctx: ctx, done: make(chan struct{}), work: &c.work}
	one.pending.Store(int64(len(tasks)))
	entries := make([]entry, len(tasks))
	many := len(tasks) > 1
	if many {
		one.holds.Store(int64(len(tasks)))
		c.commit.hold()
	}
	rounds := make([]*round, 0, 1)
	for i, t := range tasks {
		entries[i] = entry{task: t, call: one, held: many}
		if r := c.post(&entries[i]); r != nil {
			rounds = append(rounds, r)
		}
	}
	for _, r := range rounds { // now that all is posted, so that one round takes all of a group
		c.start(r, many)
	}
	select {
	case <-one.done:
		return nil
	case <-ctx.Done():
		return c.leave(one, entries)
	}
}

// admit counts tasks as under way until they are settled, unless the cache is closed.
func (c *Cache) admit(tasks int) bool {
	c.admission.Lock()
	defer c.admission.Unlock()
	if c.closed.Load() {
		return false
	}
	c.work.Add(tasks)
	return true
}

// post puts an entry into its group's mailbox. It returns the round that is to be started, nil if one
// is under way.
func (c *Cache) post(e *entry) *round {
	name := e.task.Group()
	s := c.locked(name)
	defer s.mu.Unlock()
	e.slot = s
	s.queue = append(s.queue, e)
	if s.running {
		return nil
	}
	s.running = true
	return &round{c: c, slot: s, name: name, quick: s.group != nil && e.task.ID() == ""}
}

// start starts a round: on this goroutine, when all there is to do is a step, else on one of its own.
func (c *Cache) start(r *round, many bool) {
	if r.quick && !many && c.gate.TryRLock() {
		r.first()
	} else {
		go r.begin()
	}
}

// leave takes back what was not begun, and gives up waiting for the rest. Nothing reads the caller's
// data any more when it returns.
func (c *Cache) leave(one *call, entries []entry) error {
	for i := range entries {
		e := &entries[i]
		if e.slot.takeBack(e) {
			c.commit.release([]*entry{e})
			e.settle(one.ctx.Err())
			continue
		}
		e.slot.apply.Lock()
		e.left = true
		e.slot.apply.Unlock()
	}
	if one.pending.Load() == 0 {
		return nil
	}
	return fmt.Errorf("%w: %w", cache.ErrUnknown, one.ctx.Err())
}

func (s *slot) takeBack(e *entry) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.queue, e)
	if i < 0 {
		return false
	}
	s.queue = slices.Delete(s.queue, i, i+1)
	return true
}

// released counts the calls that need not hold the committer any more, once it has the change of these
// entries.
func released(batch []*entry) (calls int) {
	for _, e := range batch {
		if e.held && e.call.holds.Add(-1) == 0 {
			calls++
		}
		e.held = false
	}
	return calls
}
