package pebblestore

import (
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"github.com/dictrack/dictrack/internal/checksum"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// addAll adds the writes of a request to the round. What it notes in r.err is for when the round is on
// disk; an error that it returns is for now.
func (c *committer) addAll(round *round, r *request) error {
	var late []string
	for i := range r.writes {
		w := &r.writes[i]
		last := c.store.recent.find(w.name)
		old, err := c.head(w.name, last)
		if err != nil {
			return err
		}
		if old.version != w.base {
			late = append(late, w.name)
		} else if err := c.add(round, w, last, &old); err != nil {
			return err
		}
	}
	if late != nil {
		r.err = &store.ConflictError{Groups: late}
	}
	return nil
}

// head is the head of a group as the next commit finds it; last is that commit, if it is remembered.
func (c *committer) head(name string, last *latest) (head, error) {
	if last != nil {
		return last.head, nil
	}
	h, found, err := readHead(c.store.db, name)
	if !found {
		h = head{version: c.floor, due: limiter.Never, inline: true}
	}
	return h, err
}

// add puts a write into the batch.
func (c *committer) add(round *round, w *write, last *latest, old *head) error {
	if err := c.define(round.batch, w.definitions); err != nil {
		return err
	}
	if !w.first {
		w.head.inline, w.head.first = old.inline, old.first
	} else if w.head.inline && !old.inline {
		put(round.batch, record{key: partKey(kindChunk, w.name, 0)})
	}
	c.key = append(append(c.key[:0], kindGroup), w.name...)
	c.value = checksum.Append(c.key, w.head.append(append(c.value[:0], format)))
	put(round.batch, record{c.key, c.value})
	for _, r := range w.rest {
		put(round.batch, r)
	}
	w.reschedule(round.batch, old.due)
	c.store.recent.note(w.name, last, latest{w.head, round})
	return nil
}

// reschedule moves the group in the order of what is due.
func (w *write) reschedule(b *pebble.Batch, before int64) {
	if before == w.head.due {
		return
	}
	if before != limiter.Never {
		put(b, record{key: dueKey(before, w.name)})
	}
	if w.head.due != limiter.Never {
		key := dueKey(w.head.due, w.name)
		put(b, record{key, checksum.Seal(key, format, nil)})
	}
}

// define adds the definitions that are not stored yet.
func (c *committer) define(b *pebble.Batch, defs []*tracker.Definition) error {
	for _, d := range defs {
		if _, ok := c.definitions.Get(d.ID()); ok {
			continue
		}
		key := definitionKey(d.ID())
		_, closer, err := c.store.db.Get(key)
		switch {
		case err == nil:
			err = closer.Close()
		case errors.Is(err, pebble.ErrNotFound):
			put(b, record{key, checksum.Seal(key, format, d.JSON())})
			err = nil
		}
		if err != nil {
			return corrupt("definition "+d.ID().String(), err)
		}
		c.definitions.Put(d.ID(), struct{}{}) // with this batch or any after it
	}
	return nil
}

// put adds to a batch; one without an index takes everything.
func put(b *pebble.Batch, r record) {
	if r.value == nil {
		_ = b.Delete(r.key, nil)
		return
	}
	_ = b.Set(r.key, r.value, nil)
}
