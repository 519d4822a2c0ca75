package mongostore

import (
	"context"
	"fmt"
	"math"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dictrack/dictrack/group"
)

// A part is a value that is too large for its group's document. It never changes: a commit writes new parts
// first, then names them in the document, and whoever tends the group removes those that it no longer names.
const (
	partGroup   = "g"
	partChunk   = "c"  // the chunk's number; partSeen for ids
	partVersion = "v"  // of the commit that brought it
	partBytes   = "b"  //
	partExpires = "px" // of ids: when nobody asks for them any more

	partSeen = -1
)

// What a group's document holds itself: the first chunks, as long as they are small. It is then at most a
// few megabytes, however many trackers there are; MongoDB allows 16.
const (
	maxInline = 64       // chunks: 8,192 trackers
	maxValue  = 32 << 10 // bytes of the states of one
	maxEntry  = 16 << 10 // bytes of the ids of one commit
	maxPart   = 15 << 20
)

// lay puts a value into the group's document, or into a part.
func (w *write) lay(kind byte, index int, payload []byte) (any, error) {
	if len(payload) > maxPart {
		return nil, fmt.Errorf("group %q, trackers from %d on: %d bytes of states are more than a document of MongoDB holds", w.name, index*group.ChunkSize, len(payload))
	}
	sealed := seal(w.key, kind, index, payload)
	if index < w.inline && len(sealed) <= maxValue {
		return bson.Binary{Data: sealed}, nil
	}
	return w.part(index, sealed), nil
}

// part notes a part to be written, and returns what names it.
func (w *write) part(chunk int, sealed []byte, more ...bson.E) bson.ObjectID {
	id := bson.NewObjectID()
	w.partIDs = append(w.partIDs, id)
	w.parts = append(w.parts, append(object(
		"_id", id, partGroup, w.key, partChunk, chunk, partVersion, w.version, partBytes, bson.Binary{Data: sealed},
	), more...))
	return id
}

// layIDs puts the ids that the change brought into the document, or into parts.
func (w *write) layIDs(seen []group.Seen) {
	if len(seen) == 0 {
		return
	}
	first, last := int64(math.MaxInt64), int64(math.MinInt64)
	var payload []byte
	index := 0
	for i := range seen {
		payload = appendSeen(payload, &seen[i])
		first, last = min(first, seen[i].Expires), max(last, seen[i].Expires)
		if len(payload) > maxPart/8 || i == len(seen)-1 {
			w.layEntry(index, payload, last)
			index, payload = index+1, nil
		}
	}
	w.ids = len(seen)
	w.min = object(fieldExpires, first)
}

func (w *write) layEntry(index int, payload []byte, last int64) {
	const day = 24 * 60 * 60 * 1000 // a commit that is under way while its ids expire still finds its part
	sealed := seal(w.key, kindSeen, int(w.version), payload)
	var v any = bson.Binary{Data: sealed}
	if len(sealed) > maxEntry {
		v = w.part(partSeen, sealed, bson.E{Key: partExpires, Value: min(last, math.MaxInt64-day) + day})
	}
	w.put(fieldTail+"."+entryField(w.version, index), v)
}

// insertParts writes the parts of all writes. Those that an earlier attempt has written are there.
func (s *Store) insertParts(ctx context.Context, writes []*write) error {
	var parts []any
	for _, w := range writes {
		parts = append(parts, w.parts...)
	}
	return s.calls.Do(ctx, "commit", s.calls.AttemptTimeout(), func(ctx context.Context) error {
		_, err := insert(ctx, s.parts, parts)
		return err
	})
}

// readParts reads parts into their values. False means that some are gone: the document that named them has
// been replaced since it was read, if it is sound.
func (s *Store) readParts(ctx context.Context, values []*value) (bool, error) {
	wanted := map[bson.ObjectID]*value{}
	ids := bson.A{}
	for _, v := range values {
		if v.apart() && v.bytes == nil {
			wanted[v.part] = v
			ids = append(ids, v.part)
		}
	}
	for some := range slices.Chunk(ids, maxBatch) {
		filter := object("_id", object("$in", some))
		err := each(ctx, s.parts, filter, options.Find().SetProjection(object(partBytes, 1)), func(raw bson.Raw) error {
			id, ok := raw.Lookup("_id").ObjectIDOK()
			if _, data, isBinary := raw.Lookup(partBytes).BinaryOK(); ok && isBinary && wanted[id] != nil {
				wanted[id].bytes = append([]byte{}, data...)
				delete(wanted, id)
			}
			return nil
		})
		if err != nil {
			return false, err
		}
	}
	return len(wanted) == 0, nil
}

// removeParts removes parts that nobody names. What cannot be removed now is in nobody's way.
func (s *Store) removeParts(ctx context.Context, ids bson.A) {
	if len(ids) == 0 {
		return
	}
	if _, err := s.parts.DeleteMany(ctx, object("_id", object("$in", ids))); err != nil {
		s.log.Warn("parts that nobody needs are left behind", "error", s.plain(err))
	}
}
