package mongostore

import (
	"bytes"
	"context"
	"crypto/sha256"
	"maps"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dictrack/dictrack/internal/boundedmap"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// A definition's document has its ID in hexadecimal digits as _id, and its canonical JSON.
const definitionJSON = "json"

// definitionCache holds the canonical JSON of definitions that are in the database. They never change and are never
// removed, so they need neither be written again nor read.
type definitionCache = boundedmap.Map[tracker.ID, []byte]

const maxCachedDefinitions = 1 << 15

// writeDefinitions writes those definitions that may not be in the database.
func (s *Store) writeDefinitions(ctx context.Context, definitions []*tracker.Definition) error {
	texts := make(map[tracker.ID][]byte, len(definitions))
	for _, d := range definitions {
		texts[d.ID()] = d.JSON()
	}
	var docs []any
	for _, id := range s.cached.Missing(maps.Keys(texts)) {
		docs = append(docs, object("_id", id.String(), definitionJSON, string(texts[id])))
	}
	if len(docs) == 0 {
		return nil
	}
	err := s.calls.Do(ctx, "commit", s.calls.AttemptTimeout(), func(ctx context.Context) error {
		_, err := insert(ctx, s.definitions, docs)
		return err
	})
	if err == nil {
		s.cached.PutAll(maps.All(texts))
	}
	return err
}

// Definitions implements store.Store.
func (s *Store) Definitions(ctx context.Context, ids []tracker.ID) ([][]byte, error) {
	if err := s.calls.Enter(ctx); err != nil {
		return nil, err
	}
	defer s.calls.Leave()
	found, err := s.texts(ctx, ids)
	if err != nil {
		return nil, err
	}
	texts := make([][]byte, len(ids))
	for i, id := range ids {
		if err := checkDefinition(id, found[id]); err != nil {
			return nil, err
		}
		texts[i] = bytes.Clone(found[id]) // the caller owns each, and the cache keeps its own
	}
	return texts, nil
}

// texts returns the canonical JSON of definitions, from the cache or the database. What is not there, or has
// another hash, is the caller's to find: see checkDefinition. The texts must not be changed.
func (s *Store) texts(ctx context.Context, ids []tracker.ID) (map[tracker.ID][]byte, error) {
	found := make(map[tracker.ID][]byte, len(ids))
	var missing []tracker.ID
	for _, id := range ids {
		if _, ok := found[id]; ok {
			continue
		}
		text, ok := s.cached.Get(id)
		if !ok {
			missing = append(missing, id)
		}
		found[id] = text
	}
	if len(missing) == 0 {
		return found, nil
	}
	read := map[tracker.ID][]byte{}
	err := s.calls.Do(ctx, "read definitions", s.calls.AttemptTimeout(), func(ctx context.Context) error {
		return s.readDefinitions(ctx, missing, read)
	})
	if err != nil {
		return nil, err
	}
	for id, text := range read {
		found[id] = text
		if checkDefinition(id, text) == nil {
			s.cached.Put(id, text)
		}
	}
	return found, nil
}

// checkDefinition returns a *store.CorruptError unless text is the canonical JSON of that definition: an ID is the
// beginning of its hash.
func checkDefinition(id tracker.ID, text []byte) error {
	sum := sha256.Sum256(text)
	switch {
	case text == nil:
		return &store.CorruptError{Record: "definition " + id.String(), Reason: "it is missing"}
	case tracker.ID(sum[:len(tracker.ID{})]) != id:
		return &store.CorruptError{Record: "definition " + id.String(), Reason: "its text has another hash"}
	}
	return nil
}

// readDefinitions reads the texts of definitions into found.
func (s *Store) readDefinitions(ctx context.Context, ids []tracker.ID, found map[tracker.ID][]byte) error {
	byName := map[string]tracker.ID{}
	names := bson.A{}
	for _, id := range ids {
		byName[id.String()] = id
		names = append(names, id.String())
	}
	for batch := range slices.Chunk(names, maxBatch) {
		err := each(ctx, s.definitions, object("_id", object("$in", batch)), options.Find(), func(raw bson.Raw) error {
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
