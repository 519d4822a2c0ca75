package mongostore

import (
	"context"
	"crypto/sha256"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// A definition's document has its ID in hexadecimal digits as _id, and its canonical JSON.
const definitionJSON = "json"

// writeDefinitions writes those definitions that may not be in the database.
func (db *database) writeDefinitions(ctx context.Context, definitions []record.Definition) error {
	texts := make(map[tracker.ID][]byte, len(definitions))
	for _, d := range definitions {
		texts[d.ID] = d.JSON
	}
	var docs []any
	for _, id := range db.cached.Missing(maps.Keys(texts)) {
		docs = append(docs, doc("_id", id.String(), definitionJSON, string(texts[id])))
	}
	if len(docs) == 0 {
		return nil
	}
	err := db.retrier.Do(ctx, "commit", db.retrier.AttemptTimeout(), func(ctx context.Context) error {
		_, err := insertMissing(ctx, db.definitions, docs)
		return err
	})
	if err == nil {
		db.cached.PutAll(maps.All(texts))
	}
	return err
}

// definitionTexts returns the canonical JSON of definitions, from the cache or the database. What is not there, or has
// another hash, is the caller's to find: see checkDefinition. The texts must not be changed.
func (db *database) definitionTexts(ctx context.Context, ids []tracker.ID) (map[tracker.ID][]byte, error) {
	found := make(map[tracker.ID][]byte, len(ids))
	var missing []tracker.ID
	for _, id := range ids {
		if _, ok := found[id]; ok {
			continue
		}
		text, ok := db.cached.Get(id)
		if !ok {
			missing = append(missing, id)
		}
		found[id] = text
	}
	if len(missing) == 0 {
		return found, nil
	}
	read := map[tracker.ID][]byte{}
	err := db.retrier.Do(ctx, "read definitions", db.retrier.AttemptTimeout(), func(ctx context.Context) error {
		return db.readDefinitions(ctx, missing, read)
	})
	if err != nil {
		return nil, err
	}
	for id, text := range read {
		found[id] = text
		if checkDefinition(id, text) == nil {
			db.cached.Put(id, text)
		}
	}
	return found, nil
}

// checkDefinition returns a *record.CorruptError unless text is the canonical JSON of that definition: an ID is the
// beginning of its hash.
func checkDefinition(id tracker.ID, text []byte) error {
	sum := sha256.Sum256(text)
	switch {
	case text == nil:
		return &record.CorruptError{Record: "definition " + id.String(), Reason: "it is missing"}
	case tracker.ID(sum[:len(tracker.ID{})]) != id:
		return &record.CorruptError{Record: "definition " + id.String(), Reason: "its text has another hash"}
	}
	return nil
}

// readDefinitions reads the texts of definitions into found.
func (db *database) readDefinitions(ctx context.Context, ids []tracker.ID, found map[tracker.ID][]byte) error {
	byName := map[string]tracker.ID{}
	names := bson.A{}
	for _, id := range ids {
		byName[id.String()] = id
		names = append(names, id.String())
	}
	for batch := range slices.Chunk(names, maxBatch) {
		err := forEach(ctx, db.definitions, doc("_id", doc("$in", batch)), options.Find(), func(raw bson.Raw) error {
			name, _ := raw.Lookup("_id").StringValueOK()
			text, _ := raw.Lookup(definitionJSON).StringValueOK()
			found[byName[name]] = []byte(text)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
