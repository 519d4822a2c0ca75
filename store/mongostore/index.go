package mongostore

import (
	"context"
	"slices"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// index is an index that a collection has.
type index struct {
	name   string
	fields []any // names and directions in turns
	sparse bool  // only of documents that have the first field
}

// indexes are those of each collection.
func (s *Store) indexes() map[*mongo.Collection][]index {
	on := map[*mongo.Collection][]index{
		s.groups: {
			{name: "due", fields: []any{fieldDue, 1, "_id", 1}}, // sparse would mean nothing: every document has the second
			{name: "expires", fields: []any{fieldExpires, 1}, sparse: true},
			{name: "todo", fields: []any{fieldTodo, 1}, sparse: true},
		},
		s.ids: {{name: "expires", fields: []any{seenExpires, 1}}},
		s.parts: {
			{name: "chunks", fields: []any{partGroup, 1, partChunk, 1}},
			{name: "expires", fields: []any{partExpires, 1}, sparse: true},
		},
	}
	if s.shows {
		on[s.trackers] = trackerIndexes()
	}
	return on
}

// makeIndexes makes those that are not there.
func (s *Store) makeIndexes(ctx context.Context) error {
	for c, wanted := range s.indexes() {
		err := s.calls.Do(ctx, "make indexes of "+c.Name(), 0, func(ctx context.Context) error { return makeMissing(ctx, c, wanted) })
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
				Keys: object(i.fields...), Options: options.Index().SetName(i.name).SetSparse(i.sparse),
			})
		}
	}
	if len(missing) > 0 {
		_, err = c.Indexes().CreateMany(ctx, missing)
	}
	return err
}
