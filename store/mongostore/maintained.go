package mongostore

import (
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// maintainedGroup is a group in a maintenance run.
type maintainedGroup struct {
	*document      // without chunks when the group was deleted
	deleted   bool // by a Flush
	full      bool // check everything, whatever the document says
}

// needsProjection reports whether a chunk has changed since its tracker documents were last updated.
func (g *maintainedGroup) needsProjection(i int) bool {
	return g.full || g.chunks[i].version > g.projected
}

// orphans returns the removals of overflow documents that the group no longer refers to: past the last chunk, of ids,
// and of chunks that changed. Documents of later versions stay, since a commit under way may be about to refer to them.
func (g *maintainedGroup) orphans() []mongo.WriteModel {
	remove := func(chunk any, except bson.A) mongo.WriteModel {
		return mongo.NewDeleteManyModel().SetFilter(doc(
			overflowGroup, g.key, overflowChunk, chunk, overflowVersion, doc("$lte", g.version), "_id", doc("$nin", except)))
	}
	ids := bson.A{}
	for i := range g.inlineIDs {
		ids = append(ids, g.inlineIDs[i].value.overflowID)
	}
	models := []mongo.WriteModel{remove(doc("$gte", len(g.chunks)), bson.A{}), remove(overflowOfIDs, ids)}
	for i := range g.chunks {
		if c := &g.chunks[i]; g.needsProjection(i) {
			models = append(models, remove(i, bson.A{c.layout.overflowID, c.states.overflowID}))
		}
	}
	return models
}

// staleWriterAge is longer than any Store retries a commit.
const staleWriterAge = 24 * time.Hour

// staleWriters returns the fields of Stores that have not committed to the group for so long that their tokens are not
// needed any more.
func (g *maintainedGroup) staleWriters() bson.D {
	fields := bson.D{}
	for writer, token := range g.writers {
		if time.Since(token.Timestamp()) > staleWriterAge {
			fields = append(fields, bson.E{Key: fieldWriters + "." + writer, Value: ""})
		}
	}
	return fields
}
