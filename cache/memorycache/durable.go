package memorycache

import (
	"context"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/mailbox"
)

// updateDurable posts tasks to the mailboxes of their groups and waits.
func (c *Cache) updateDurable(ctx context.Context, tasks []cache.Task) error {
	if len(tasks) == 0 {
		return nil
	}
	if !c.door.Admit(len(tasks)) {
		mailbox.Refuse(tasks, cache.ErrClosed)
		return nil
	}
	call := mailbox.NewCall(ctx, &c.door, tasks)
	many := len(tasks) > 1
	if many {
		c.commit.hold()
	}
	rounds := make([]*round, 0, 1)
	for i := range call.Entries() {
		if r := c.post(&call.Entries()[i]); r != nil {
			rounds = append(rounds, r)
		}
	}
	for _, r := range rounds { // now that all is posted, so that one round takes all of a group
		c.start(r, many)
	}
	return call.Wait(c.commit.drop)
}

// post puts an entry into its group's mailbox. It returns the round that is to be started, nil if one
// is under way.
func (c *Cache) post(e *mailbox.Entry) *round {
	name := e.Task.Group()
	s := c.locked(name)
	defer s.box.Unlock()
	if !s.box.Post(e) {
		return nil
	}
	return newRound(c, s, s.group != nil && e.Task.ID() == "")
}

// start starts a round: on this goroutine, when all there is to do is a step, else on one of its own.
func (c *Cache) start(r *round, many bool) {
	if r.quick && !many && c.gate.TryRLock() {
		r.first()
	} else {
		go r.begin()
	}
}

// drop tells the committer that there is no more to come of an entry that was taken back.
func (m *committer) drop(e *mailbox.Entry) { m.release([]*mailbox.Entry{e}) }

// released counts the calls that need not hold the committer any more, once it has the change of these
// entries.
func released(batch []*mailbox.Entry) (calls int) {
	for _, e := range batch {
		if e.Handed() {
			calls++
		}
	}
	return calls
}
