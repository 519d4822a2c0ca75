package mongostore

import (
	"context"
	"math"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// The bounds on message ids in a group's document.
const (
	spillThreshold   = 32      // from here on they are moved in the background
	maxInlineIDs     = 256     // above this a commit moves them first
	maxCountedGroups = 1 << 16 // for how many groups they are counted
	minIDSize        = 40      // about the bytes that one takes
)

// hasManyIDs reports whether the ids should be moved.
func (d *document) hasManyIDs() bool {
	n := 0
	for i := range d.inlineIDs {
		if d.inlineIDs[i].value.isOverflow() {
			return true
		}
		n += len(d.inlineIDs[i].value.bytes) / minIDSize
	}
	return n >= spillThreshold
}

// spill moves the message ids of groups to documents of their own, except for those that expired at now,
// and returns for how many groups. More is added to the updates of their documents.
func (db *database) spillIDs(ctx context.Context, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	done, err := db.lockSpill(ctx)
	if err != nil {
		return err
	}
	defer done()
	var all []*document
	o := options.Find().SetProjection(inlineIDFields)
	err = forEach(ctx, db.groups, doc("_id", doc("$in", keys)), o, func(raw bson.Raw) error {
		d, err := parse(slices.Clone(raw))
		if err != nil {
			db.log.Error("group skipped", "error", err)
			return nil
		}
		all = append(all, d)
		return nil
	})
	if err == nil {
		_, err = db.spill(ctx, all, math.MinInt64)
	}
	return err
}

// lockSpill waits until no other goroutine of this Store moves ids. Done unlocks.
func (db *database) lockSpill(ctx context.Context) (done func(), err error) {
	select {
	case db.spilling <- struct{}{}:
		return func() { <-db.spilling }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// spill moves the ids of groups from their documents to documents of their own, but for those that are
// over at now, and counts the groups it did that for. More is what else becomes of the documents.
func (db *database) spill(ctx context.Context, all []*document, now int64, more ...bson.E) (int, error) {
	var docs []any
	var models []mongo.WriteModel
	done, parts := 0, bson.A{}
	for _, d := range all {
		whole, err := db.readOverflow(ctx, d.idValues())
		if err != nil {
			return 0, err
		}
		if !whole { // somebody else has moved them
			continue
		}
		moved, err := d.idDocs(now)
		if err != nil {
			db.log.Error("cannot move the message ids of a group", "error", err)
			continue
		}
		done++
		docs = append(docs, moved...)
		models = append(models, d.removeInlineIDs(more)...)
		for i := range d.inlineIDs {
			if d.inlineIDs[i].value.isOverflow() {
				parts = append(parts, d.inlineIDs[i].value.overflowID)
			}
		}
	}
	if err := db.writeIDs(ctx, docs); err != nil {
		return 0, err
	}
	if _, err := bulkWrite(ctx, db.groups, models); err != nil {
		return 0, err
	}
	db.removeOverflow(ctx, parts)
	return done, nil
}

// removeInlineIDs removes the ids that were read from the document. Those that were added since remain, and
// with them fieldExpires.
func (d *document) removeInlineIDs(update bson.D) []mongo.WriteModel {
	gone := bson.D{}
	for _, e := range d.inlineIDs {
		gone = append(gone, bson.E{Key: fieldInlineIDs + "." + e.field, Value: ""})
	}
	if len(gone) > 0 {
		update = append(slices.Clone(update), bson.E{Key: "$unset", Value: gone})
	}
	models := []mongo.WriteModel{
		mongo.NewUpdateOneModel().SetUpdate(doc("$unset", doc(fieldExpires, ""))).
			SetFilter(doc("_id", d.key, fieldVersion, d.version)),
	}
	if len(update) > 0 {
		models = append([]mongo.WriteModel{mongo.NewUpdateOneModel().SetUpdate(update).
			SetFilter(doc("_id", d.key, fieldBase, d.baseVersion))}, models...)
	}
	return models
}
