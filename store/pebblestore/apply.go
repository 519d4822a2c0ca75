package pebblestore

import (
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"github.com/dictrack/dictrack/internal/checksum"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// applyChanges adds the writes of a request to the round. What it notes in r.err is for when the round is on
// disk; an error that it returns is for now.
func (c *committer) applyChanges(round *writeBatch, r *request) error {
	var late []string
	for i := range r.writes {
		w := &r.writes[i]
		last := c.store.cache.find(w.name)
		old, err := c.group(w.name, last)
		if err != nil {
			return err
		}
		if old.version != w.base {
			late = append(late, w.name)
		} else if err := c.applyWrite(round, w, last, &old); err != nil {
			return err
		}
	}
	if late != nil {
		r.err = &store.ConflictError{Groups: late}
	}
	return nil
}

// group is the head of a group as the next commit finds it; last is that commit, if it is remembered.
func (c *committer) group(name string, last *lastCommit) (groupValue, error) {
	if last != nil {
		return last.group, nil
	}
	h, found, err := readGroup(c.store.db, name)
	if !found {
		h = groupValue{version: c.firstVersion, due: limiter.Never, inline: true}
	}
	return h, err
}

// applyWrite puts a write into the batch.
func (c *committer) applyWrite(round *writeBatch, w *write, last *lastCommit, old *groupValue) error {
	if err := c.writeDefinitions(round.ops, w.definitions); err != nil {
		return err
	}
	if !w.firstChanged {
		w.group.inline, w.group.firstChunk = old.inline, old.firstChunk
	} else if w.group.inline && !old.inline {
		put(round.ops, record{key: chunkKey(kindChunk, w.name, 0)})
	}
	c.key = append(append(c.key[:0], kindGroup), w.name...)
	c.value = checksum.Append(c.key, w.group.append(append(c.value[:0], format)))
	put(round.ops, record{c.key, c.value})
	for _, r := range w.records {
		put(round.ops, r)
	}
	w.updateDue(round.ops, old.due)
	c.store.cache.put(w.name, last, lastCommit{w.group, round})
	return nil
}

// updateDue moves the group in the order of what is due.
func (w *write) updateDue(b *pebble.Batch, before int64) {
	if before == w.group.due {
		return
	}
	if before != limiter.Never {
		put(b, record{key: dueKey(before, w.name)})
	}
	if w.group.due != limiter.Never {
		key := dueKey(w.group.due, w.name)
		put(b, record{key, checksum.Seal(key, format, nil)})
	}
}

// writeDefinitions adds the definitions that are not stored yet.
func (c *committer) writeDefinitions(b *pebble.Batch, defs []*tracker.Definition) error {
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
			return readError("definition "+d.ID().String(), err)
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
