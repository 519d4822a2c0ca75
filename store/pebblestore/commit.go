package pebblestore

import (
	"context"
	"slices"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/checksum"
	"github.com/dictrack/dictrack/internal/wire"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// write is a change brought to bytes, while its group holds still.
type write struct {
	name        string
	base        uint64
	head        head     // after the change
	first       bool     // head.first is new; otherwise the stored one stays
	rest        []record // besides the head and the due time
	definitions []*tracker.Definition
}

// record is a key and its value; a nil value deletes it.
type record struct{ key, value []byte }

// Commit implements store.Store.
func (s *Store) Commit(ctx context.Context, changes []*group.Change) error {
	for _, c := range changes {
		if err := store.CheckGroupName(c.Group); err != nil {
			return err
		}
	}
	r := requests.Get().(*request)
	r.writes = slices.Grow(r.writes, len(changes))[:len(changes)]
	for i, c := range changes {
		r.writes[i].encode(c)
	}
	return s.submit(ctx, r)
}

func (w *write) encode(c *group.Change) {
	w.name, w.base = c.Group, c.Base
	w.head = head{version: c.Version, due: c.Due, fed: c.Fed, count: c.Count}
	w.head.inline, w.first = c.Count == 0, c.Count == 0
	relaid := false
	for _, part := range c.Chunks() {
		relaid = relaid || part.Layout != nil
		w.part(part)
	}
	for i, to := c.Dropped(); i < to; i++ {
		w.rest = append(w.rest, record{key: partKey(kindChunk, w.name, i)}, record{key: partKey(kindLayout, w.name, i)})
	}
	for i := range c.Seen {
		w.seen(&c.Seen[i])
	}
	if relaid {
		w.definitions = c.Definitions()
	}
}

// part adds a chunk: to the head if it is the only one.
func (w *write) part(part group.Chunk) {
	if part.Layout != nil {
		w.set(partKey(kindLayout, w.name, part.Index), wire.AppendLayout(nil, part.Layout))
	}
	if part.Index == 0 {
		w.first = true
		if w.head.count <= group.ChunkSize {
			w.head.inline, w.head.first = true, part.States
			return
		}
	}
	w.set(partKey(kindChunk, w.name, part.Index), part.States)
}

// seen adds an id, and when to forget it.
func (w *write) seen(s *group.Seen) {
	w.set(seenKey(w.name, s.ID), appendSeen(nil, s))
	w.set(expiryKey(s.Expires, w.name, s.ID), nil)
}

func (w *write) set(key, payload []byte) {
	w.rest = append(w.rest, record{key, checksum.Seal(key, format, payload)})
}
