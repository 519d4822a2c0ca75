package mongostore

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// Commit implements store.Store.
func (s *Store) Commit(ctx context.Context, changes []*group.Change) error {
	if err := s.calls.Begin(ctx); err != nil {
		return err
	}
	defer s.calls.Done()
	writes, keys := make([]*write, len(changes)), make([]string, len(changes))
	var definitions []*tracker.Definition
	for i, c := range changes {
		err := checkName(c.Group)
		if err == nil {
			writes[i], err = s.encode(c)
		}
		if err != nil {
			return err
		}
		keys[i] = writes[i].key
		definitions = append(definitions, laid(c)...)
	}
	release, err := s.claims.take(ctx, keys)
	if err != nil {
		return err
	}
	defer release()
	return s.commit(ctx, writes, definitions)
}

// laid are the definitions that a change refers to anew.
func laid(c *group.Change) []*tracker.Definition {
	for _, part := range c.Chunks() {
		if part.Layout != nil {
			return c.Definitions()
		}
	}
	return nil
}

// commit writes what the documents of the groups refer to, and then those.
func (s *Store) commit(ctx context.Context, writes []*write, definitions []*tracker.Definition) error {
	if err := s.relieve(ctx, writes); err != nil {
		return err
	}
	if err := s.define(ctx, definitions); err != nil {
		return err
	}
	if err := s.insertParts(ctx, writes); err != nil {
		return err
	}
	err := s.calls.Try(ctx, "commit", s.calls.Usual(), (&race{s: s, open: writes}).attempt)
	var late []string
	for _, w := range writes {
		if w.lost {
			late = append(late, w.name)
		} else {
			s.tender.note(w)
		}
	}
	if err == nil && late != nil {
		s.discard(ctx, writes)
		err = &store.ConflictError{Groups: late}
	}
	return err
}

// discard removes the parts of writes that lost.
func (s *Store) discard(ctx context.Context, writes []*write) {
	ids := bson.A{}
	for _, w := range writes {
		if w.lost {
			ids = append(ids, w.partIDs...)
		}
	}
	s.removeParts(ctx, ids)
}

// A definition's document: its ID in hexadecimal digits and its canonical JSON.
const definitionJSON = "json"

// define writes definitions that may not be stored.
func (s *Store) define(ctx context.Context, definitions []*tracker.Definition) error {
	missing := s.known.missing(definitions)
	if len(missing) == 0 {
		return nil
	}
	var docs []any
	for id, text := range missing {
		docs = append(docs, object("_id", id.String(), definitionJSON, string(text)))
	}
	err := s.calls.Try(ctx, "commit", s.calls.Usual(), func(ctx context.Context) error {
		_, err := insert(ctx, s.definitions, docs)
		return err
	})
	if err == nil {
		s.known.note(missing)
	}
	return err
}
