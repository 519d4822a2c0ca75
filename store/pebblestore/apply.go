package pebblestore

import (
	"errors"

	"github.com/cockroachdb/pebble/v2"

	"github.com/dictrack/dictrack/internal/checksum"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
)

// applyChanges adds the writes of a request to the batch. A conflict goes to r.err, to be answered when the batch is on
// disk with the other changes; an error that it returns is to be answered at once.
func (c *committer) applyChanges(b *writeBatch, r *request) error {
	var conflicts []string
	for i := range r.writes {
		w := &r.writes[i]
		last := c.cache.find(w.name)
		old, err := c.group(w.name, last)
		if err != nil {
			return err
		}
		if old.version != w.base {
			conflicts = append(conflicts, w.name)
		} else if err := c.applyWrite(b, w, last, &old); err != nil {
			return err
		}
	}
	if conflicts != nil {
		r.err = &store.ConflictError{Groups: conflicts}
	}
	return nil
}

// group returns the value of a group before the next commit. Last is its last commit, nil if it is not remembered.
func (c *committer) group(name string, last *lastCommit) (groupValue, error) {
	if last != nil {
		return last.group, nil
	}
	g, found, err := readGroup(c.db, name)
	if !found {
		g = groupValue{version: c.firstVersion, due: limiter.Never, inline: true}
	}
	return g, err
}

// applyWrite adds a write to the batch.
func (c *committer) applyWrite(b *writeBatch, w *write, last *lastCommit, old *groupValue) error {
	if err := c.writeDefinitions(b.ops, w.definitions); err != nil {
		return err
	}
	if !w.firstChanged {
		w.group.inline, w.group.firstChunk = old.inline, old.firstChunk
	} else if w.group.inline && !old.inline {
		put(b.ops, kv{key: chunkKey(kindChunk, w.name, 0)})
	}
	c.key = append(append(c.key[:0], kindGroup), w.name...)
	c.value = checksum.Append(c.key, w.group.append(append(c.value[:0], format)))
	put(b.ops, kv{c.key, c.value})
	for _, r := range w.records {
		put(b.ops, r)
	}
	w.updateDue(b.ops, old.due)
	c.cache.put(w.name, last, lastCommit{w.group, b})
	return nil
}

// updateDue moves the group in the due index.
func (w *write) updateDue(b *pebble.Batch, before int64) {
	if before == w.group.due {
		return
	}
	if before != limiter.Never {
		put(b, kv{key: dueKey(before, w.name)})
	}
	if w.group.due != limiter.Never {
		key := dueKey(w.group.due, w.name)
		put(b, kv{key, checksum.Seal(key, format, nil)})
	}
}

// writeDefinitions adds the definitions that are not stored.
func (c *committer) writeDefinitions(b *pebble.Batch, defs []record.Definition) error {
	for _, d := range defs {
		if _, ok := c.definitions.Get(d.ID); ok {
			continue
		}
		key := definitionKey(d.ID)
		_, closer, err := c.db.Get(key)
		switch {
		case err == nil:
			err = closer.Close()
		case errors.Is(err, pebble.ErrNotFound):
			put(b, kv{key, checksum.Seal(key, format, d.JSON)})
			err = nil
		}
		if err != nil {
			return readError("definition "+d.ID.String(), err)
		}
		c.definitions.Put(d.ID, struct{}{}) // with this batch or any after it
	}
	return nil
}

// put adds a record to a batch, which cannot fail, since the batch has no index.
func put(b *pebble.Batch, r kv) {
	if r.value == nil {
		_ = b.Delete(r.key, nil)
		return
	}
	_ = b.Set(r.key, r.value, nil)
}
