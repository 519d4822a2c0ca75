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
	group        groupValue     // after the change
	firstChanged       bool     // head.first is new; otherwise the stored one stays
	records        []record // besides the head and the due time
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
	w.group = groupValue{version: c.Version, due: c.Due, fed: c.Fed, count: c.Count}
	w.group.inline, w.firstChanged = c.Count == 0, c.Count == 0
	relaid := false
	for _, part := range c.Chunks() {
		relaid = relaid || part.Layout != nil
		w.addChunk(part)
	}
	for i, to := c.Dropped(); i < to; i++ {
		w.records = append(w.records, record{key: chunkKey(kindChunk, w.name, i)}, record{key: chunkKey(kindLayout, w.name, i)})
	}
	for i := range c.Seen {
		w.addID(&c.Seen[i])
	}
	if relaid {
		w.definitions = c.Definitions()
	}
}

// addChunk adds a chunk: to the head if it is the only one.
func (w *write) addChunk(part group.Chunk) {
	if part.Layout != nil {
		w.add(chunkKey(kindLayout, w.name, part.Index), wire.AppendLayout(nil, part.Layout))
	}
	if part.Index == 0 {
		w.firstChanged = true
		if w.group.count <= group.ChunkSize {
			w.group.inline, w.group.firstChunk = true, part.States
			return
		}
	}
	w.add(chunkKey(kindChunk, w.name, part.Index), part.States)
}

// addID adds an id, and when to forget it.
func (w *write) addID(s *group.Seen) {
	w.add(messageIDKey(w.name, s.ID), appendMessageID(nil, s))
	w.add(expiryKey(s.Expires, w.name, s.ID), nil)
}

func (w *write) add(key, payload []byte) {
	w.records = append(w.records, record{key, checksum.Seal(key, format, payload)})
}
