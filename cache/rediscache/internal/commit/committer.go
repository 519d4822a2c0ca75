package commit

import (
	"slices"
	"sync"

	"github.com/dictrack/dictrack/cache/rediscache/internal/batch"
)

// Committer runs tasks on groups and commits what they change. Make it with New.
type Committer struct {
	env
	entries  entries
	batcher  batch.Batcher[*entry] // of groups that need an attempt
	attempts sync.Pool             // of *attempt that ended
}

// newAttempt begins an attempt with the tasks that wait for a group.
func (c *Committer) newAttempt(e *entry) *attempt {
	a, ok := c.attempts.Get().(*attempt)
	if !ok {
		a = &attempt{}
	}
	a.env, a.entry = &c.env, e
	if e.key == "" {
		e.key = c.Client.Keys[e.shard].Group(e.name)
	}
	a.state = reading
	if e.replica != nil {
		a.state = stepping
	}
	a.batch, a.ids = a.one.batch[:0], a.one.ids[:0]
	a.refill()
	return a
}

// begin begins attempts for groups and runs them, unless the cache is being flushed, which it waits for.
func (c *Committer) begin(groups []*entry) {
	_ = c.flushes.Enter(len(groups)) // it is never closed
	attempts := make([]*attempt, len(groups))
	for i, e := range groups {
		attempts[i] = c.newAttempt(e)
	}
	c.run(attempts)
}

// run takes attempts to their ends, together as long as they need nothing but the servers.
func (c *Committer) run(attempts []*attempt) {
	for len(attempts) > 0 {
		ready := attempts[:0]
		for _, a := range attempts {
			if c.advance(a) {
				ready = append(ready, a)
			}
		}
		attempts = ready
		c.roundTrip(attempts)
	}
}

// advance takes an attempt to where it has something to send. It returns false if the attempt is done, or goes on alone
// because of a blocking step.
func (c *Committer) advance(a *attempt) bool {
	for {
		switch {
		case a.state == done:
			c.release(a)
			return false
		case a.write == nil && !slices.ContainsFunc(a.batch, isOpen):
			a.finish(nil)
		case len(a.blocking) > 0:
			go c.runDetached(a)
			return false
		case a.state != stepping:
			return true
		case a.lookUpIDs():
		case !a.step():
			a.finish(nil)
		default:
			return true
		}
	}
}

// runDetached runs the blocking steps of an attempt, and takes it to its end.
func (c *Committer) runDetached(a *attempt) {
	for len(a.blocking) > 0 && a.state != done {
		step := a.blocking[0]
		a.blocking = a.blocking[1:]
		if err := step(c.Client.Life); err != nil {
			a.fail(err)
			break
		}
	}
	c.run([]*attempt{a})
}

// release ends an attempt that is done. If tasks came meanwhile, another attempt of the group begins.
func (c *Committer) release(a *attempt) {
	e := a.entry
	e.box.Lock()
	if e.box.Release() {
		c.batcher.Add(e)
	}
	e.box.Unlock()
	a.reset()
	c.attempts.Put(a)
}
