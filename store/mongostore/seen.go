package mongostore

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/store"
)

// An id comes with its commit in the group's document, in the tail. When there are some, they move to
// documents of their own: first those are written, and then the tail is cut. So whoever looks at the tail
// first and at the documents then finds each.
const (
	seenHash    = "hash"
	seenVersion = "version" // at which it happened
	seenCommit  = "commit"  // the version that the commit led to
	seenExpires = "expires" // Unix milliseconds
)

// tailFields are what has to be known of a document to look at its tail.
var tailFields = object(fieldFormat, 1, fieldVersion, 1, fieldBorn, 1, fieldTail, 1)

// Seen implements store.Store.
func (s *Store) Seen(ctx context.Context, name, id string) (seen group.Seen, ok bool, err error) {
	if err := store.CheckGroupName(name); err != nil {
		return group.Seen{}, false, err
	}
	if err := s.calls.Enter(ctx); err != nil {
		return group.Seen{}, false, err
	}
	defer s.calls.Leave()
	err = s.calls.Do(ctx, "look up an id", s.calls.AttemptTimeout(), func(ctx context.Context) error {
		d, err := s.read(ctx, name, tailFields, (*document).entries)
		if err != nil || d == nil {
			return err
		}
		if seen, ok, err = d.find(id); err == nil && !ok {
			seen, ok, err = s.findSeen(ctx, d, id)
		}
		return err
	})
	return seen, ok && err == nil, err
}

// find looks an id up in the tail. Of two with that id the later is meant: the earlier had expired.
func (d *document) find(id string) (found group.Seen, ok bool, err error) {
	latest := int64(0)
	for i := range d.tail {
		e := &d.tail[i]
		all, err := d.ids(e)
		if err != nil {
			return group.Seen{}, false, err
		}
		for _, seen := range all {
			if seen.ID == id && (!ok || e.version >= latest) {
				found, ok, latest = seen, true, e.version
			}
		}
	}
	return found, ok, nil
}

// ids are what an entry of the tail holds.
func (d *document) ids(e *entry) ([]group.Seen, error) {
	payload, err := unseal(d.key, kindSeen, int(e.version), e.value.bytes)
	if err == nil {
		var all []group.Seen
		if all, err = parseSeen(payload); err == nil {
			return all, nil
		}
	}
	return nil, corrupt(d.key, fmt.Errorf("ids %s: %w", e.field, err))
}

// findSeen looks an id up among the documents. One from before the group was born is left over from before a
// Flush.
func (s *Store) findSeen(ctx context.Context, d *document, id string) (group.Seen, bool, error) {
	raw, err := s.ids.FindOne(ctx, object("_id", seenKey(d.key, id))).Raw()
	if errors.Is(err, mongo.ErrNoDocuments) {
		return group.Seen{}, false, nil
	}
	if err != nil {
		return group.Seen{}, false, err
	}
	var p parser
	seen := group.Seen{ID: id, Version: uint64(p.int(raw, seenVersion)), Expires: p.int(raw, seenExpires)}
	v := raw.Lookup(seenHash)
	_, hash, ok := v.BinaryOK()
	p.check(ok && len(hash) == len(seen.Hash), seenHash, "16 bytes", v)
	copy(seen.Hash[:], hash)
	commit := p.int(raw, seenCommit)
	if p.err != nil {
		name, _ := nameOf(d.key)
		return group.Seen{}, false, &store.CorruptError{Record: fmt.Sprintf("id %q of group %s", id, name), Reason: p.err.Error()}
	}
	return seen, commit > d.born, nil
}

// seenDocs are the documents that entries of the tail become, but for ids that are over at now.
func (d *document) seenDocs(now int64) ([]any, error) {
	byID := map[string]bson.D{}
	latest := map[string]int64{}
	for i := range d.tail {
		e := &d.tail[i]
		all, err := d.ids(e)
		if err != nil {
			return nil, err
		}
		for _, seen := range all {
			if seen.Expires > now && e.version >= latest[seen.ID] {
				byID[seen.ID], latest[seen.ID] = seenDoc(d.key, e.version, &seen), e.version
			}
		}
	}
	docs := make([]any, 0, len(byID))
	for _, doc := range byID {
		docs = append(docs, doc)
	}
	return docs, nil
}

func seenDoc(key string, commit int64, seen *group.Seen) bson.D {
	return object(
		"_id", seenKey(key, seen.ID),
		seenHash, bson.Binary{Data: seen.Hash[:]},
		seenVersion, int64(seen.Version),
		seenCommit, commit,
		seenExpires, seen.Expires,
	)
}

// putSeen writes such documents. One that is there already is replaced if it is from an earlier commit.
func (s *Store) putSeen(ctx context.Context, docs []any) error {
	there, err := insert(ctx, s.ids, docs)
	if err != nil || len(there) == 0 {
		return err
	}
	models := make([]mongo.WriteModel, len(there))
	for i, doc := range there {
		d := doc.(bson.D)
		models[i] = mongo.NewReplaceOneModel().SetReplacement(d).
			SetFilter(object("_id", d[0].Value, seenCommit, object("$lt", d[3].Value)))
	}
	_, err = bulk(ctx, s.ids, models)
	return err
}
