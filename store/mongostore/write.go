package mongostore

import (
	"fmt"
	"math"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dictrack/dictrack/internal/wire"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
)

// write is a change in the encoding of the database: what to set in the group's document if that is at the
// base version, and what to insert before.
type write struct {
	name, key        string
	base, version    int64
	token            bson.ObjectID // identifies this commit among those of this Store
	set, unset       bson.D
	min              bson.D
	overflow         []any
	overflowIDs      bson.A
	inline           int // how many chunks the document may hold
	idCount          int // message ids that it adds
	needsMaintenance bool
	isNew            bool // the group has had no commit, as far as is known
	conflict         bool // another commit was faster
}

// encode encodes a change.
func (db *database) encode(c *record.Change) (*write, error) {
	w := &write{
		name: c.Group, key: keyOf(c.Group), base: int64(c.Base), version: int64(c.Version),
		token: bson.NewObjectID(), needsMaintenance: db.projects, inline: db.maxInline,
	}
	w.isNew = w.base == db.firstVersion.Load()
	w.setField(fieldVersion, w.version)
	w.setField(fieldInitialized, c.Initialized)
	w.setField(fieldCount, int64(c.Count))
	w.setField(fieldUpdated, time.Now().UTC())
	w.setField(fieldWriters+"."+db.writerID, w.token)
	if c.Due == limiter.Never {
		w.unsetField(fieldDue)
	} else {
		w.setField(fieldDue, c.Due)
	}
	if c.Count < c.BaseCount {
		w.setField(fieldTruncated, w.version)
	}
	if err := w.encodeChunks(c); err != nil {
		return nil, err
	}
	w.encodeIDs(c.MessageIDs)
	if len(w.overflow) > 0 {
		w.setField(fieldOverflow, true)
		w.needsMaintenance = true
	}
	if w.needsMaintenance {
		w.setField(fieldMaintenance, true)
	}
	return w, nil
}

func (w *write) encodeChunks(c *record.Change) error {
	for _, part := range c.Chunks {
		field := fmt.Sprintf("%s.%d.", fieldChunks, part.Index)
		states, err := w.encodeValue(kindStates, part.Index, append([]byte(nil), part.States...))
		if err != nil {
			return err
		}
		if part.Layout != nil {
			layout, err := w.encodeValue(kindLayout, part.Index, wire.AppendLayout(nil, part.Layout))
			if err != nil {
				return err
			}
			w.setField(field+"l", layout)
		}
		w.setField(field+"s", states)
		w.setField(field+"v", w.version)
	}
	for i, to := c.RemovedChunks(); i < to; i++ {
		w.unsetField(fmt.Sprintf("%s.%d", fieldChunks, i))
	}
	return nil
}

func (w *write) setField(field string, value any) {
	w.set = append(w.set, bson.E{Key: field, Value: value})
}

func (w *write) unsetField(field string) { w.unset = append(w.unset, bson.E{Key: field, Value: ""}) }

// filter matches the group's document at the base version. One without a commit only matches for writes
// that have checked that new groups start from their base.
func (w *write) filter() bson.D {
	return doc("_id", w.key, fieldVersion, w.base, fieldFormat, int32(format), fieldUpdated, doc("$exists", !w.isNew))
}

// update returns the update of the document.
func (w *write) update() bson.D {
	u := doc("$set", w.set)
	if len(w.unset) > 0 {
		u = append(u, bson.E{Key: "$unset", Value: w.unset})
	}
	if len(w.min) > 0 {
		u = append(u, bson.E{Key: "$min", Value: w.min})
	}
	return u
}

// initialDoc is the document of a group before its first commit.
func (w *write) initialDoc() bson.D {
	return doc("_id", w.key, fieldFormat, int32(format), fieldVersion, w.base, fieldBase, w.base, fieldProjected, int64(0))
}

// encodeValue returns what to store of a value: its bytes, or a reference to an overflow document.
func (w *write) encodeValue(kind byte, index int, payload []byte) (any, error) {
	if len(payload) > maxOverflow {
		return nil, fmt.Errorf("group %q, trackers from %d on: %d bytes of states are more than a document of MongoDB holds", w.name, index*record.ChunkSize, len(payload))
	}
	sealed := seal(w.key, kind, index, payload)
	if index < w.inline && len(sealed) <= maxInlineValue {
		return bson.Binary{Data: sealed}, nil
	}
	return w.addOverflow(index, sealed), nil
}

// addOverflow adds an overflow document, and returns its _id.
func (w *write) addOverflow(chunk int, sealed []byte, more ...bson.E) bson.ObjectID {
	id := bson.NewObjectID()
	w.overflowIDs = append(w.overflowIDs, id)
	w.overflow = append(w.overflow, append(doc(
		"_id", id, overflowGroup, w.key, overflowChunk, chunk, overflowVersion, w.version, overflowBytes, bson.Binary{Data: sealed},
	), more...))
	return id
}

// encodeIDs adds the message ids of the change, in the document or in overflow documents.
func (w *write) encodeIDs(seen []record.MessageID) {
	if len(seen) == 0 {
		return
	}
	first, last := int64(math.MaxInt64), int64(math.MinInt64)
	var payload []byte
	index := 0
	for i := range seen {
		payload = appendID(payload, &seen[i])
		first, last = min(first, seen[i].Expires), max(last, seen[i].Expires)
		if len(payload) > maxOverflow/8 || i == len(seen)-1 {
			w.encodeIDEntry(index, payload, last)
			index, payload = index+1, nil
		}
	}
	w.idCount = len(seen)
	w.min = doc(fieldExpires, first)
}

func (w *write) encodeIDEntry(index int, payload []byte, last int64) {
	const day = 24 * 60 * 60 * 1000 // a commit that is under way while its ids expire still finds its part
	sealed := seal(w.key, kindIDs, int(w.version), payload)
	var v any = bson.Binary{Data: sealed}
	if len(sealed) > maxIDEntry {
		v = w.addOverflow(overflowOfIDs, sealed, bson.E{Key: overflowExpires, Value: min(last, math.MaxInt64-day) + day})
	}
	w.setField(fieldInlineIDs+"."+entryField(w.version, index), v)
}
