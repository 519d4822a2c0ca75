package mongostore

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// A part is a value that is too large for its group's document. It never changes: a commit writes new parts
// first, then names them in the document, and whoever tends the group removes those that it no longer names.
const (
	overflowGroup   = "g"
	overflowChunk   = "c"  // the chunk's number; partSeen for ids
	overflowVersion = "v"  // of the commit that brought it
	overflowBytes   = "b"  //
	overflowExpires = "px" // of ids: when nobody asks for them any more

	overflowOfIDs = -1
)

// What a group's document holds itself: the first chunks, as long as they are small. It is then at most a
// few megabytes, however many trackers there are; MongoDB allows 16.
const (
	maxInlineValue = 32 << 10 // bytes of the states of one
	maxIDEntry     = 16 << 10 // bytes of the ids of one commit
	maxOverflow    = 15 << 20
)

// readOverflow reads parts into their values. False means that some are gone: the document that named them has
// been replaced since it was read, if it is sound.
func (db *database) readOverflow(ctx context.Context, values []*value) (bool, error) {
	wanted := map[bson.ObjectID]*value{}
	ids := bson.A{}
	for _, v := range values {
		if v.isOverflow() && v.bytes == nil {
			wanted[v.overflowID] = v
			ids = append(ids, v.overflowID)
		}
	}
	for some := range slices.Chunk(ids, maxBatch) {
		filter := doc("_id", doc("$in", some))
		err := forEach(ctx, db.overflow, filter, options.Find().SetProjection(doc(overflowBytes, 1)), func(raw bson.Raw) error {
			id, ok := raw.Lookup("_id").ObjectIDOK()
			if _, data, isBinary := raw.Lookup(overflowBytes).BinaryOK(); ok && isBinary && wanted[id] != nil {
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

// removeOverflow removes parts that nobody names. What cannot be removed now is in nobody's way.
func (db *database) removeOverflow(ctx context.Context, ids bson.A) {
	if len(ids) == 0 {
		return
	}
	if _, err := db.overflow.DeleteMany(ctx, doc("_id", doc("$in", ids))); err != nil {
		db.log.Warn("parts that nobody needs are left behind", "error", db.describe(err))
	}
}
