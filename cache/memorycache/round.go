package memorycache

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/mailbox"
	"github.com/dictrack/dictrack/group"
)

// round takes all that waits in a mailbox through one change. Its slot stays running until the mailbox
// is empty, so there is one round of a group at a time; while the change is being kept, no goroutine
// waits for it: the committer goes on with kept.
type round struct {
	c      *Cache
	slot   *slot
	batch  []*mailbox.Entry
	change *group.Change // on its way to being kept
	spare  *group.Change // the memory for it
	tries  int
	quick  bool // nothing has to be asked of the Backing first
}

// maxTries bounds how often a round starts again because another process was faster.
const maxTries = 100

// rounds are over, to be used again.
var rounds = sync.Pool{New: func() any { return &round{spare: &group.Change{}} }}

func newRound(c *Cache, s *slot, quick bool) *round {
	r := rounds.Get().(*round)
	r.c, r.slot, r.quick = c, s, quick
	return r
}

// over gives a round back that nobody looks at any more.
func (r *round) over() {
	clear(r.batch)
	*r = round{batch: r.batch[:0], spare: r.spare}
	rounds.Put(r)
}

// begin starts a round, once the gate is open.
func (r *round) begin() {
	r.c.gate.RLock()
	r.first()
}

// first takes what is in the mailbox and makes the first attempt; end gives the gate back.
func (r *round) first() {
	r.batch = r.slot.box.TakeAll(r.batch)
	r.attempt()
}

// attempt steps the batch and hands over the change.
func (r *round) attempt() {
	change, err := r.step()
	if change == nil {
		r.end(err)
		return
	}
	change.Chunks() // made here, where many goroutines are at work, and not in the one commit of all
	r.change = change
	r.c.commit.bring(r)
}

// step loads the group if need be, and applies the batch to it. No change means that there is nothing to
// keep.
func (r *round) step() (*group.Change, error) {
	if len(r.batch) == 0 { // all were taken back
		return nil, nil
	}
	if r.slot.group == nil {
		g, err := r.c.host.Backing.Load(r.c.life, r.slot.name)
		if err != nil {
			return nil, fmt.Errorf("load group %q: %w", r.slot.name, err)
		}
		r.slot.group = g
	}
	for _, e := range r.batch {
		lookUp(r.c.life, r.c.host.Backing, e)
	}
	r.slot.group.RecordIn(r.spare)
	return r.slot.box.Step(r.slot.group, r.batch), nil
}

// kept goes on when it is known what became of the change.
func (r *round) kept(err error) {
	if err != nil {
		r.slot.group = nil        // whatever is kept now, it is not what memory says
		r.spare = &group.Change{} // a Backing that gave up may still look at it
	} else {
		r.spare.Recycle()
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
		e.Settle(err)
	}
	r.c.gate.RUnlock()
	c := r.c
	if c.rest(r.slot) {
		go newRound(c, r.slot, false).begin()
	}
	r.over()
	c.held.evict(c.leave)
}

// rest lets a slot rest, unless something waits again. One that holds nothing worth keeping goes.
func (c *Cache) rest(s *slot) (again bool) {
	s.box.Lock()
	defer s.box.Unlock()
	again = s.box.Rest()
	switch worth := s.group != nil && s.group.Known(); {
	case worth && c.held.active():
		c.held.note(s, s.group.Size())
	case !worth && !again:
		c.bury(s)
	}
	return again
}

// lookUp asks the Backing about the entry's id.
func lookUp(ctx context.Context, b cache.Backing, e *mailbox.Entry) {
	e.Err, e.Seen = e.Context().Err(), nil
	id := e.Task.ID()
	if e.Err != nil || id == "" {
		return
	}
	seen, ok, err := b.Seen(ctx, e.Task.Group(), id)
	if err != nil {
		e.Err = fmt.Errorf("look up id %q: %w", id, err)
	} else if ok {
		e.Seen = &seen
	}
}
