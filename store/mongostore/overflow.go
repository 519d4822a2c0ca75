package mongostore

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// An overflow document holds a value that is too large for its group's document. It never changes: a commit
// first inserts new ones, then refers to them in the group's document; maintenance removes those that are
// no longer referred to.
const (
	overflowGroup   = "g"
	overflowChunk   = "c"  // number of the chunk; overflowOfIDs for message ids
	overflowVersion = "v"  // of the commit that brought it
	overflowBytes   = "b"  //
	overflowExpires = "px" // for message ids: when nobody looks them up any more

	overflowOfIDs = -1
)

// What a group's document holds itself: the first chunks, as long as they are small. It is then at most a
// few megabytes, however many trackers there are; MongoDB allows 16.
const (
	maxInlineValue = 32 << 10 // bytes of the states of one
	maxIDEntry     = 16 << 10 // bytes of the ids of one commit
	maxOverflow    = 15 << 20
)

// readOverflow reads overflow documents into their values. False means that some do not exist: if the
// document that refers to them is valid, it has been replaced since it was read.
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

// removeOverflow removes overflow documents that nothing refers to. Those that cannot be removed do no
// harm.
func (db *database) removeOverflow(ctx context.Context, ids bson.A) {
	if len(ids) == 0 {
		return
	}
	if _, err := db.overflow.DeleteMany(ctx, doc("_id", doc("$in", ids))); err != nil {
		db.log.Warn("orphaned overflow documents not deleted", "error", db.describe(err))
	}
}
