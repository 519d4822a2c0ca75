package mongostore

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// storedDoc is a tracker document in the database.
type storedDoc struct {
	in      *chunkRange
	content string
}

// reconcile reads the tracker documents of ranges and changes those that do not show what they should.
func (p *projector) reconcile(ctx context.Context, ranges []*chunkRange) error {
	if len(ranges) == 0 {
		return nil
	}
	stored, err := p.findDocs(ctx, ranges)
	if err != nil {
		return err
	}
	var models []mongo.WriteModel
	for _, r := range ranges {
		changes, err := p.differences(r, stored)
		if err != nil {
			p.skip(r, err)
			continue
		}
		models = append(models, changes...)
	}
	for id, d := range stored { // these belong to no tracker
		models = append(models, mongo.NewDeleteOneModel().SetFilter(olderThan(id, d.in.group.version)))
	}
	_, err = bulkWrite(ctx, p.db.trackers, models) // a document that another process made newer is as good
	return err
}

// differences returns the changes that bring the documents of a range up to date, and removes those of its trackers from
// stored.
func (p *projector) differences(r *chunkRange, stored map[string]storedDoc) (models []mongo.WriteModel, err error) {
	for at := range r.states {
		if r.states[at].Removed {
			continue
		}
		d, err := p.trackerDoc(r, at).bson()
		if err != nil {
			return nil, err
		}
		raw, err := bson.Marshal(d)
		if err != nil {
			return nil, err
		}
		id := trackerID(r.group.key, r.from+at)
		existing, ok := stored[id]
		delete(stored, id)
		switch {
		case !ok:
			models = append(models, mongo.NewInsertOneModel().SetDocument(raw))
		case existing.content != contentOf(raw):
			models = append(models, mongo.NewReplaceOneModel().SetFilter(olderThan(id, r.group.version)).SetReplacement(raw))
		}
	}
	return models, nil
}

// findDocs reads the tracker documents whose indexes are in ranges, by their _id.
func (p *projector) findDocs(ctx context.Context, ranges []*chunkRange) (map[string]storedDoc, error) {
	byKey := map[string][]*chunkRange{}
	filters := bson.A{}
	for _, r := range ranges {
		byKey[r.group.key] = append(byKey[r.group.key], r)
		name, _ := nameOf(r.group.key)
		filters = append(filters, doc(
			trackerGroup, readable(name), trackerIndex, doc("$gte", int32(r.from), "$lt", int32(r.to)),
		))
	}
	stored := map[string]storedDoc{}
	err := forEach(ctx, p.db.trackers, doc("$or", filters), options.Find(), func(raw bson.Raw) error {
		id, _ := raw.Lookup("_id").StringValueOK()
		n, _ := raw.Lookup(trackerIndex).AsInt64OK()
		index := int(n)
		key := id[:max(0, len(id)-len(trackerID("", index)))] // may be another group, whose name reads the same
		for _, r := range byKey[key] {
			if id == trackerID(key, index) && r.from <= index && index < r.to {
				stored[id] = storedDoc{r, contentOf(raw)}
			}
		}
		return nil
	})
	return stored, err
}
