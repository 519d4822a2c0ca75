package mongostore

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// index is an index of a collection.
type index struct {
	name   string
	fields []any // names and directions in turn
	sparse bool  // only documents that have the first field
}

// indexes returns the indexes of each collection.
func (db *database) indexes() map[*mongo.Collection][]index {
	on := map[*mongo.Collection][]index{
		db.groups: {
			{name: "due", fields: []any{fieldDue, 1, "_id", 1}}, // sparse would mean nothing: every document has the second
			{name: "expires", fields: []any{fieldExpires, 1}, sparse: true},
			{name: "todo", fields: []any{fieldMaintenance, 1}, sparse: true},
		},
		db.messageIDs: {{name: "expires", fields: []any{idExpires, 1}}},
		db.overflow: {
			{name: "chunks", fields: []any{overflowGroup, 1, overflowChunk, 1}},
			{name: "expires", fields: []any{overflowExpires, 1}, sparse: true},
		},
	}
	if db.projects {
		on[db.trackers] = trackerIndexes()
	}
	return on
}

// makeIndexes creates those that do not exist.
func (db *database) makeIndexes(ctx context.Context) error {
	for c, wanted := range db.indexes() {
		err := db.retrier.Do(ctx, "make indexes of "+c.Name(), 0, func(ctx context.Context) error { return makeMissing(ctx, c, wanted) })
		if err != nil {
			return err
		}
	}
	return nil
}

func makeMissing(ctx context.Context, c *mongo.Collection, wanted []index) error {
	there, err := c.Indexes().ListSpecifications(ctx)
	if err != nil {
		return err
	}
	var missing []mongo.IndexModel
	for _, i := range wanted {
		if !slices.ContainsFunc(there, func(spec mongo.IndexSpecification) bool { return spec.Name == i.name }) {
			missing = append(missing, mongo.IndexModel{
				Keys: doc(i.fields...), Options: options.Index().SetName(i.name).SetSparse(i.sparse),
			})
		}
	}
	if len(missing) > 0 {
		_, err = c.Indexes().CreateMany(ctx, missing)
	}
	return err
}

// trackerIndexes are for the queries of people: by group, by name and progress, by completion, by time.
func trackerIndexes() []index {
	return []index{
		{name: "group", fields: []any{trackerGroup, 1, trackerIndex, 1}},
		{name: "name", fields: []any{"name", 1, "progress", 1}},
		{name: "completed", fields: []any{"completed", 1, trackerUpdated, 1}},
		{name: "updated", fields: []any{trackerUpdated, 1}},
	}
}
