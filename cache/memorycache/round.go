package memorycache

import (
	"context"
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
)

// round takes all that waits in a mailbox through one change. Its slot stays running until the mailbox
// is empty, so there is one round of a group at a time; while the change is being kept, no goroutine
// waits for it: the committer goes on with kept.
type round struct {
	c     *Cache
	slot  *slot
	name  string
	batch []*entry
	tries int
	quick bool // nothing has to be asked of the Backing first
}

// maxTries bounds how often a round starts again because another process was faster.
const maxTries = 100

// begin starts a round, once the gate is open.
func (r *round) begin() {
	r.c.gate.RLock()
	r.first()
}

// first takes what is in the mailbox and makes the first attempt; end gives the gate back.
func (r *round) first() {
	r.batch = r.slot.take()
	r.attempt()
}

// take is all that is in the mailbox.
func (s *slot) take() []*entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	batch := s.queue
	s.queue = nil
	return batch
}

// attempt steps the batch and hands over the change.
func (r *round) attempt() {
	change, err := r.step()
	if change == nil {
		r.end(err)
		return
	}
	change.Chunks() // made here, where many goroutines are at work, and not in the one commit of all
	r.c.commit.bring(&pending{
		ctx: r.c.life, backing: r.c.host.Backing, change: change, kept: r.kept,
	}, r.batch)
}

// step loads the group if need be, and applies the batch to it. No change means that there is nothing to
// keep.
func (r *round) step() (*group.Change, error) {
	if len(r.batch) == 0 { // all were taken back
		return nil, nil
	}
	if r.slot.group == nil {
		g, err := r.c.host.Backing.Load(r.c.life, r.name)
		if err != nil {
			return nil, fmt.Errorf("load group %q: %w", r.name, err)
		}
		r.slot.group = g
	}
	for _, e := range r.batch {
		e.lookUp(r.c.life, r.c.host.Backing)
	}
	return r.slot.step(r.batch), nil
}

// kept goes on when it is known what became of the change.
func (r *round) kept(err error) {
	if err != nil {
		r.slot.group = nil // whatever is kept now, it is not what memory says
	}
	var conflict cache.Conflict
	if errors.As(err, &conflict) && r.tries+1 < maxTries {
		r.tries++
		go r.attempt()
		return
	}
	r.end(err)
}

// end settles the batch, and begins another round if something waits again.
func (r *round) end(err error) {
	r.c.commit.release(r.batch)
	for _, e := range r.batch {
		if e.err != nil {
			e.settle(e.err)
		} else {
			e.settle(err)
		}
	}
	r.c.gate.RUnlock()
	if r.c.rest(r.slot) {
		next := &round{c: r.c, slot: r.slot, name: r.name}
		go next.begin()
	}
}

// rest lets a slot rest, unless something waits again. One that holds nothing worth keeping goes.
func (c *Cache) rest(s *slot) (again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running = len(s.queue) > 0
	if !s.running && (s.group == nil || !s.group.Known()) {
		c.bury(s)
	}
	return s.running
}

// lookUp asks the Backing about the entry's id.
func (e *entry) lookUp(ctx context.Context, b cache.Backing) {
	e.err, e.seen = nil, nil
	if err := e.call.ctx.Err(); err != nil {
		e.err = err
		return
	}
	id := e.task.ID()
	if id == "" {
		return
	}
	seen, ok, err := b.Seen(ctx, e.task.Group(), id)
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
