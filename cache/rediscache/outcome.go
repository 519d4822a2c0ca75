package rediscache

import (
	"fmt"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/mailbox"
)

// hear goes on with the answer to a request.
func (r *round) hear(message *rueidis.RedisMessage) {
	r.question = nil
	a, err := readAnswer(message)
	if err != nil {
		r.failedAs(kindOf(err), err)
		return
	}
	switch a.code {
	case "":
		r.done()
	case codeFence:
		r.chore(r.c.lookAnew)
		r.again(errFence)
	case codeBusy:
		r.again(errFlush)
	case codeWait:
		r.chore(r.c.giveWay)
	case codeRecord:
		r.heard(a)
	default:
		r.failedAs(wrong, errAnswer)
	}
}

// done goes on after all was as believed, which is no answer to a question.
func (r *round) done() {
	if r.write == nil || r.ask {
		r.failedAs(wrong, errAnswer)
		return
	}
	r.committed()
}

// heard goes on from what is in Redis.
func (r *round) heard(a *answer) {
	old, err := parseRecord(r.slot.key, a.fields, a.laid)
	if err != nil {
		r.fail(r.outcome(unreadable(r.slot.name, err)))
		return
	}
	for n, i := range r.asking() {
		r.ids[i].found = a.found[n]
	}
	if r.write != nil && r.resolved(a, old) {
		return
	}
	for i := range r.batch {
		r.learn(i)
	}
	r.fillUp() // since it is done again anyway
	r.before, r.slot.local = r.slot.local, nil
	r.c.noticed(r, a.epoch)
	r.load(a, old)
}

// learn takes in what was found of the id of an entry.
func (r *round) learn(i int) {
	found := r.ids[i].found
	if found == "" {
		return
	}
	e, k := r.batch[i], &r.c.keys[r.slot.shard]
	seen, err := parseSeen(k.ids, idField(r.slot.name, e.Task.ID()), found)
	if err != nil {
		e.Err = &cache.CorruptError{Record: fmt.Sprintf("id %q of group %q", e.Task.ID(), r.slot.name), Reason: err.Error()}
		return
	}
	r.ids[i].known, e.Seen = found, &seen
}

// resolved finds out what became of the write, which this answers, or a question about it. It tells whether that is all
// there is to do.
func (r *round) resolved(a *answer, old *record) bool {
	w := r.write
	if w.what != nil && old != nil && old.token == w.token {
		if r.committed(); a.epoch != old.epoch {
			r.slot.local = nil
		}
		return true
	}
	if r.doubt != nil && r.unmoved(a, old) {
		if r.ask = false; len(a.found) == 0 {
			return true // sent again; should the first one arrive yet, one of them finds the token of the other
		}
		r.doubt = nil // neither can happen, for the ids that were found
	}
	if r.doubt != nil {
		r.split()
	}
	r.write, r.doubt, r.ask = nil, nil, false
	r.late++
	return false
}

// unmoved tells whether the group is where the write wants it.
func (r *round) unmoved(a *answer, old *record) bool {
	l := r.slot.local
	if a.epoch != l.epoch {
		return false
	}
	if old == nil {
		return l.absent && l.drops == a.drops
	}
	return !l.absent && l.version == old.version
}

// split settles those calls of a lost commit whose fate is known, now that others were made since. A call whose id is
// remembered as the commit would have it took effect, and one whose id is not can be made again. Of calls without an id
// nothing can be said.
func (r *round) split() {
	batch, ids := r.batch, r.ids
	r.batch, r.ids = nil, nil
	for i, e := range batch {
		switch found := ids[i].found; {
		case e.Err != nil:
			e.Settle(e.Err)
		case e.Task.ID() == "":
			e.Settle(r.outcome(fmt.Errorf("others were faster: %w", r.doubt)))
		case found != "" && found == r.sealed(e):
			e.Settle(nil)
		default:
			r.batch, r.ids = append(r.batch, e), append(r.ids, ids[i])
		}
	}
}

// sealed is what the write would remember of the id of an entry.
func (r *round) sealed(e *mailbox.Entry) string {
	if r.write.change == nil {
		return ""
	}
	seen := r.write.change.Find(e.Task.ID())
	if seen == nil {
		return ""
	}
	return sealSeen(r.c.keys[r.slot.shard].ids, idField(r.slot.name, seen.ID), seen)
}
