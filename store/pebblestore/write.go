package pebblestore

import (
	"github.com/dictrack/dictrack/internal/checksum"
	"github.com/dictrack/dictrack/internal/wire"
	"github.com/dictrack/dictrack/record"
)

// write is a change in the encoding of the database.
type write struct {
	name         string
	base         uint64
	group        groupValue // after the change
	firstChanged bool       // group.firstChunk is new; otherwise the stored one stays
	records      []kv       // besides the group's and the due index
	definitions  []record.Definition
}

// kv is a key and its value; a nil value deletes the key.
type kv struct{ key, value []byte }

// encode encodes a change. The write aliases its memory.
func (w *write) encode(c *record.Change) {
	w.name, w.base = c.Group, c.Base
	w.group = groupValue{version: c.Version, due: c.Due, initialized: c.Initialized, count: c.Count}
	w.group.inline, w.firstChanged = c.Count == 0, c.Count == 0
	newLayout := false
	for _, chunk := range c.Chunks {
		newLayout = newLayout || chunk.Layout != nil
		w.addChunk(chunk)
	}
	for i, to := c.RemovedChunks(); i < to; i++ {
		w.records = append(w.records, kv{key: chunkKey(kindChunk, w.name, i)}, kv{key: chunkKey(kindLayout, w.name, i)})
	}
	for i := range c.MessageIDs {
		w.addID(&c.MessageIDs[i])
	}
	if newLayout {
		w.definitions = c.Definitions
	}
}

// addChunk adds a chunk: to the value of the group if it is the only one.
func (w *write) addChunk(chunk record.Chunk) {
	if chunk.Layout != nil {
		w.add(chunkKey(kindLayout, w.name, chunk.Index), wire.AppendLayout(nil, chunk.Layout))
	}
	if chunk.Index == 0 {
		w.firstChanged = true
		if w.group.count <= record.ChunkSize {
			w.group.inline, w.group.firstChunk = true, chunk.States
			return
		}
	}
	w.add(chunkKey(kindChunk, w.name, chunk.Index), chunk.States)
}

// addID adds a message id and its entry in the index of expiries.
func (w *write) addID(s *record.MessageID) {
	w.add(messageIDKey(w.name, s.ID), appendMessageID(nil, s))
	w.add(expiryKey(s.Expires, w.name, s.ID), nil)
}

func (w *write) add(key, payload []byte) {
	w.records = append(w.records, kv{key, checksum.Seal(key, format, payload)})
}
