package memorycache

import (
	"context"
	"errors"
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
	backing cache.Backing
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
func (c *Cache) updateDurable(ctx context.Context, b cache.Backing, tasks []cache.Task) error {
	if len(tasks) == 0 {
		return nil
	}
	if !c.backed.Load() {
		c.backed.Store(true)
	}
	if !c.admit(len(tasks)) {
		refuse(tasks, cache.ErrClosed)
		return nil
	}
	one := &call{ctx: ctx, backing: b, done: make(chan struct{}), work: &c.work}
	one.pending.Store(int64(len(tasks)))
	entries := make([]entry, len(tasks))
	many := len(tasks) > 1
	if many {
		one.holds.Store(int64(len(tasks)))
		c.commit.hold()
	}
	for i, t := range tasks {
		entries[i] = entry{task: t, call: one, held: many}
		c.post(&entries[i])
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

// post puts an entry into its group's mailbox and sees to it that somebody empties it.
func (c *Cache) post(e *entry) {
	name := e.task.Group()
	s := c.locked(name)
	defer s.mu.Unlock()
	e.slot = s
	s.queue = append(s.queue, e)
	if !s.running {
		s.running = true
		go c.run(s, name)
	}
}

// leave takes back what was not begun, and gives up waiting for the rest. Nothing reads the caller's
// data any more when it returns.
func (c *Cache) leave(one *call, entries []entry) error {
	for i := range entries {
		e := &entries[i]
		if e.slot.takeBack(e) {
			c.release([]*entry{e})
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

// run empties the mailbox of a group, round by round, and ends when it is empty.
func (c *Cache) run(s *slot, name string) {
	for {
		batch := s.take()
		if len(batch) == 0 {
			c.vacate(name)
			return
		}
		c.gate.RLock()
		c.round(s, name, batch)
		c.gate.RUnlock()
	}
}

// take is all that is in the mailbox; nothing ends the runner.
func (s *slot) take() []*entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	batch := s.queue
	s.queue = nil
	s.running = len(batch) > 0
	return batch
}

// maxTries bounds how often a round starts again because another process was faster.
const maxTries = 100

// round steps a batch and commits it as one change, again when it came too late.
func (c *Cache) round(s *slot, name string, batch []*entry) {
	var err error
	for range maxTries {
		err = c.attempt(s, name, batch)
		var conflict cache.Conflict
		if !errors.As(err, &conflict) {
			break
		}
		s.group = nil
	}
	c.release(batch)
	for _, e := range batch {
		if e.err != nil {
			e.settle(e.err)
		} else {
			e.settle(err)
		}
	}
}

// release tells the committer that it need not wait for the changes of entries any more.
func (c *Cache) release(batch []*entry) {
	for _, e := range batch {
		if e.held && e.call.holds.Add(-1) == 0 {
			c.commit.release()
		}
		e.held = false
	}
}

// attempt is one try of a round.
func (c *Cache) attempt(s *slot, name string, batch []*entry) error {
	b := batch[0].call.backing
	if s.group == nil {
		g, err := b.Load(c.life, name)
		if err != nil {
			return fmt.Errorf("load group %q: %w", name, err)
		}
		s.group = g
	}
	for _, e := range batch {
		e.lookUp(c.life)
	}
	change := s.step(batch)
	if change == nil {
		return nil
	}
	p := &pending{ctx: c.life, backing: b, change: change, done: make(chan error, 1)}
	c.commit.bring(p)
	c.release(batch)
	err := <-p.done
	if err != nil {
		s.group = nil // whatever is kept now, it is not what memory says
	}
	return err
}

// lookUp asks the Backing about the entry's id.
func (e *entry) lookUp(ctx context.Context) {
	e.err, e.seen = nil, nil
	if err := e.call.ctx.Err(); err != nil {
		e.err = err
		return
	}
	id := e.task.ID()
	if id == "" {
		return
	}
	seen, ok, err := e.call.backing.Seen(ctx, e.task.Group(), id)
	if err != nil {
		e.err = fmt.Errorf("look up id %q: %w", id, err)
	} else if ok {
		e.seen = &seen
	}
}

// step applies a batch to the group and returns what is to be committed, nil for nothing.
func (s *slot) step(batch []*entry) *group.Change {
	s.apply.Lock()
	defer s.apply.Unlock()
	s.group.Record()
	for _, e := range batch {
		if e.left {
			e.err = e.call.ctx.Err()
		}
		if e.err != nil {
			continue
		}
		change := s.group.Recorded()
		if seen := change.Find(e.task.ID()); seen != nil {
			e.seen = seen
		}
		if remember := e.task.Apply(s.group, e.seen); remember != nil {
			change.See(*remember)
		}
	}
	return s.group.Take()
}
