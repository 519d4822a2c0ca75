package rediscache

import (
	"context"
	"slices"
	"time"

	"github.com/dictrack/dictrack/cache/mailbox"
)

// maxBatch bounds the calls of one commit: a script holds up its server.
const maxBatch = 1024

// round takes what waits in the mailbox of a group through one commit. Its slot stays taken until the mailbox is empty,
// so a process has one round of a group at a time. What needs no more than the servers is done for many rounds at once,
// in drive; what has to wait for something else is a chore, for which a round goes apart.
type round struct {
	c     *Cache
	slot  *slot
	batch []*mailbox.Entry
	ids   []idState // of each
	over  bool
	one   struct { // room for a batch of one
		batch [1]*mailbox.Entry
		ids   [1]idState
	}

	// write is the commit that was built, until it is known what became of it.
	write *write
	room  room
	// doubt is why it may have happened although nobody said so, and ask that the next request is to find out.
	doubt    error
	ask      bool
	question *request // which is that, once it was made
	// chores are what has to be waited for next.
	chores []func(context.Context) error

	// unreplicated is why a commit is not with as many replicas as it should.
	unreplicated error

	before  *local    // the copy that was too old
	late    int       // how often another process was faster
	trouble time.Time // when servers first did not do what they should; zero: never
	tries   int       // since then
}

// idState is what a round knows of an id.
type idState struct {
	known string // sealed, what is believed to be remembered of it; empty for nothing
	found string // sealed, what an answer told beyond that
	asked bool   // the Backing was asked
}

// take makes a round of what waits for the slot, which is taken.
func (c *Cache) take(s *slot) *round {
	r, ok := c.rounds.Get().(*round)
	if !ok {
		r = &round{}
	}
	r.c, r.slot = c, s
	if s.key == "" {
		s.key = c.keys[s.shard].group(s.name)
	}
	r.batch, r.ids = r.one.batch[:0], r.one.ids[:0]
	r.fillUp()
	return r
}

// fillUp takes in what waits, behind what there is.
func (r *round) fillUp() {
	had := len(r.batch)
	r.batch = r.slot.box.Take(r.batch, maxBatch)
	for _, e := range r.batch[had:] {
		e.Seen, e.Err = nil, e.Context().Err()
		r.ids = append(r.ids, idState{})
	}
}

// begin takes what waits for slots as far as that goes together, once the gate is open.
func (c *Cache) begin(slots []*slot) {
	c.gate.enter(len(slots))
	rounds := make([]*round, len(slots))
	for i, s := range slots {
		rounds[i] = c.take(s)
	}
	c.drive(rounds)
}

// drive takes rounds to their ends, together as long as they need no more than the servers.
func (c *Cache) drive(rounds []*round) {
	for len(rounds) > 0 {
		kept := rounds[:0]
		for _, r := range rounds {
			if r.ready() {
				kept = append(kept, r)
			}
		}
		rounds = kept
		c.exchange(rounds)
	}
}

// ready tells whether the round has something to send. If not, it goes apart, or is over.
func (r *round) ready() bool {
	for {
		switch {
		case r.over:
			c := r.c
			r.rest()
			c.rounds.Put(r.cleared())
			return false
		case r.write == nil && !slices.ContainsFunc(r.batch, open):
			r.end(nil)
		case len(r.chores) > 0:
			go r.apart()
			return false
		case r.slot.local == nil || r.write != nil:
			return true
		case r.lookUp():
		case !r.step():
			r.end(nil)
		default:
			return true
		}
	}
}

// apart does what has to wait for something, and goes on alone.
func (r *round) apart() {
	for len(r.chores) > 0 && !r.over {
		chore := r.chores[0]
		r.chores = r.chores[1:]
		if err := chore(r.c.life); err != nil {
			r.fail(err)
			break
		}
	}
	r.c.drive([]*round{r})
}

// chore adds something that has to wait.
func (r *round) chore(do func(context.Context) error) { r.chores = append(r.chores, do) }

// open tells of an entry that is still to be applied.
func open(e *mailbox.Entry) bool { return e.Err == nil }

// step applies the batch and builds the commit. It tells whether there is anything to send: a commit, or the question
// whether what the calls saw is still so.
func (r *round) step() bool {
	l := r.slot.local
	if l.spare != nil {
		l.group.RecordIn(l.spare)
		l.spare = nil
	}
	change := r.slot.box.Step(l.group, r.batch)
	if change == nil && !slices.ContainsFunc(r.batch, open) {
		return false
	}
	r.write = r.build(change)
	return true
}

// committed notes that the write is done, and ends the round.
func (r *round) committed() {
	l, err := r.slot.local, r.replicated()
	if w := r.write; w.what != nil {
		l.version, l.absent = l.group.Version(), false
		l.laid, l.strayed, l.apart = w.laid, false, w.apart
		l.due, l.stored = w.what.Due, w.stored
		if l.spare = w.change; w.change != nil && r.trouble.IsZero() { // so that all that was sent was answered
			w.change.Recycle()
		}
		l.stale, l.flushed, l.replaces = false, nil, nil
		r.c.dirty[r.slot.shard].Store(true)
		if !l.group.Known() { // it was deleted
			r.slot.local = nil
		}
	}
	r.end(err)
}

// fail ends the round with an error, after which the group is read anew.
func (r *round) fail(err error) {
	r.slot.local = nil
	r.end(err)
}

// end settles what is left of the batch.
func (r *round) end(err error) {
	if r.over {
		return
	}
	r.over = true
	for _, e := range r.batch {
		e.Settle(err)
	}
	r.c.gate.leave()
}

// rest lets the slot rest, or begins the next round of the group when something waits.
func (r *round) rest() {
	s := r.slot
	s.box.Lock()
	defer s.box.Unlock()
	if s.box.Rest() {
		r.c.dispatch([]*slot{s}, false)
	}
}
