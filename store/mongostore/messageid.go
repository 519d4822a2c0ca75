package mongostore

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dictrack/dictrack/record"
)

// The message ids of a commit are first in the group's document. Later they are moved to documents of their
// own: these are written first, then the ids are removed from the group's document. So whoever looks at the
// group's document first, and at the others afterwards, finds every id.
const (
	idHash    = "hash"
	idVersion = "version" // of the group after the message
	idCommit  = "commit"  // version of the commit that brought it
	idExpires = "expires" // Unix milliseconds
)

// inlineIDFields are the fields that are needed to look at inline ids.
var inlineIDFields = doc(fieldFormat, 1, fieldVersion, 1, fieldBase, 1, fieldInlineIDs, 1)

// findInlineID looks a message id up in the group's document. Of two entries the later counts: the earlier
// had expired.
func (d *document) findInlineID(id string) (found record.MessageID, ok bool, err error) {
	latest := int64(0)
	for i := range d.inlineIDs {
		e := &d.inlineIDs[i]
		all, err := d.entryIDs(e)
		if err != nil {
			return record.MessageID{}, false, err
		}
		for _, seen := range all {
			if seen.ID == id && (!ok || e.version >= latest) {
				found, ok, latest = seen, true, e.version
			}
		}
	}
	return found, ok, nil
}

// entryIDs decodes an entry.
func (d *document) entryIDs(e *idEntry) ([]record.MessageID, error) {
	payload, err := unseal(d.key, kindIDs, int(e.version), e.value.bytes)
	if err == nil {
		var all []record.MessageID
		if all, err = parseIDs(payload); err == nil {
			return all, nil
		}
	}
	return nil, corrupt(d.key, fmt.Errorf("ids %s: %w", e.field, err))
}

// findSpilledID looks a message id up among the documents. One that is older than the group remains from
// before a Flush.
func (db *database) findSpilledID(ctx context.Context, d *document, id string) (record.MessageID, bool, error) {
	raw, err := db.messageIDs.FindOne(ctx, doc("_id", idKey(d.key, id))).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return record.MessageID{}, false, nil
	}
	if err != nil {
		return record.MessageID{}, false, err
	}
	var p parser
	seen := record.MessageID{ID: id, Version: uint64(p.int(raw, idVersion)), Expires: p.int(raw, idExpires)}
	v := raw.Lookup(idHash)
	_, hash, ok := v.BinaryOK()
	p.check(ok && len(hash) == len(seen.Hash), idHash, "16 bytes", v)
	copy(seen.Hash[:], hash)
	commit := p.int(raw, idCommit)
	if p.err != nil {
		name, _ := nameOf(d.key)
		return record.MessageID{}, false, &record.CorruptError{Record: fmt.Sprintf("id %q of group %s", id, name), Reason: p.err.Error()}
	}
	return seen, commit > d.baseVersion, nil
}

// idDocs returns the documents for the inline ids, except for those that expired at now.
func (d *document) idDocs(now int64) ([]any, error) {
	byID := map[string]bson.D{}
	latest := map[string]int64{}
	for i := range d.inlineIDs {
		e := &d.inlineIDs[i]
		all, err := d.entryIDs(e)
		if err != nil {
			return nil, err
		}
		for _, seen := range all {
			if seen.Expires > now && e.version >= latest[seen.ID] {
				byID[seen.ID], latest[seen.ID] = idDoc(d.key, e.version, &seen), e.version
			}
		}
	}
	docs := make([]any, 0, len(byID))
	for _, doc := range byID {
		docs = append(docs, doc)
	}
	return docs, nil
}

func idDoc(key string, commit int64, seen *record.MessageID) bson.D {
	return doc(
		"_id", idKey(key, seen.ID),
		idHash, bson.Binary{Data: seen.Hash[:]},
		idVersion, int64(seen.Version),
		idCommit, commit,
		idExpires, seen.Expires,
	)
}

// writeIDs writes such documents. An existing one is replaced if it is of an earlier commit.
func (db *database) writeIDs(ctx context.Context, docs []any) error {
	there, err := insertMissing(ctx, db.messageIDs, docs)
	if err != nil || len(there) == 0 {
		return err
	}
	models := make([]mongo.WriteModel, len(there))
	for i, existing := range there {
		d := existing.(bson.D)
		models[i] = mongo.NewReplaceOneModel().SetReplacement(d).
			SetFilter(doc("_id", d[0].Value, idCommit, doc("$lt", d[3].Value)))
	}
	_, err = bulkWrite(ctx, db.messageIDs, models)
	return err
}
