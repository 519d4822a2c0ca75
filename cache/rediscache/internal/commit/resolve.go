package commit

import (
	"fmt"

	"github.com/dictrack/dictrack/cache/rediscache/internal/format"
	"github.com/dictrack/dictrack/internal/mailbox"
)

// resolve finds out what became of the commit from what Redis has. It returns false if another commit was first, so that
// the tasks that are still open have to be applied again.
func (a *attempt) resolve(p *reply, stored *format.Group) (resolved bool) {
	switch w := a.write; {
	case w.pending != nil && stored != nil && stored.Token == w.token:
		if a.committed(); p.epoch != stored.Epoch {
			a.entry.replica = nil
		}
		return true
	case a.inDoubt == nil:
	case !a.unchanged(p, stored):
		a.resolvePerID()
	case len(p.found) == 0:
		// It was not executed and is sent again. If the first one is executed yet, one of the two finds the token.
		a.state = committing
		return true
	} // Unchanged, but message ids are not as expected: it can never be executed.
	a.superseded()
	return false
}

// unchanged reports whether the group is as the commit expects it.
func (a *attempt) unchanged(p *reply, stored *format.Group) bool {
	r := a.entry.replica
	if p.epoch != r.epoch {
		return false
	}
	if stored == nil {
		return r.state == absent && r.evictions == p.evictions
	}
	return r.state != absent && r.version == stored.Version
}

// resolvePerID ends the tasks of a commit in doubt, as far as their fate is known, after others have followed. A task
// whose message id is remembered as the commit would have it took effect; one whose id is not stays open, to be applied
// again. The outcome of a task without an id stays unknown.
func (a *attempt) resolvePerID() {
	batch, ids := a.batch, a.ids
	a.batch, a.ids = nil, nil
	for i, e := range batch {
		switch found := ids[i].found; {
		case e.Err != nil:
			e.Done(e.Err)
		case e.Task.ID() == "":
			e.Done(a.asUnknown(fmt.Errorf("another commit followed: %w", a.inDoubt)))
		case found != "" && found == a.writtenID(e):
			e.Done(nil)
		default:
			a.batch, a.ids = append(a.batch, e), append(a.ids, ids[i])
		}
	}
}

// writtenID is what the commit would have written for the message id of a task; empty for nothing.
func (a *attempt) writtenID(e *mailbox.Entry) string {
	if a.write.change == nil {
		return ""
	}
	id := a.write.change.FindMessageID(e.Task.ID())
	if id == nil {
		return ""
	}
	return format.EncodeID(a.env.Client.Keys[a.entry.shard].IDs, format.IDField(a.entry.name, id.ID), id)
}
