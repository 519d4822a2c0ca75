package mongostore

import (
	"bytes"
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// Load implements store.Store.
func (s *Store) Load(ctx context.Context, name string) (*record.Group, error) {
	if err := store.CheckGroupName(name); err != nil {
		return nil, err
	}
	if err := s.retrier.Enter(ctx); err != nil {
		return nil, err
	}
	defer s.retrier.Leave()
	var r *record.Group
	err := s.retrier.Do(ctx, "load", s.retrier.AttemptTimeout(), func(ctx context.Context) error {
		d, err := s.read(ctx, name, bson.D{}, (*document).chunkValues)
		if err == nil && d == nil {
			r, err = s.emptyRecord(ctx, name)
			return err
		}
		if err == nil {
			r, err = d.record(name)
		}
		if err == nil && d.needsMaintenance {
			s.maintainer.schedule(d.key, false)
		}
		return err
	})
	return r, err
}

// FindMessageID implements store.Store.
func (s *Store) FindMessageID(ctx context.Context, name, id string) (seen record.MessageID, ok bool, err error) {
	if err := store.CheckGroupName(name); err != nil {
		return record.MessageID{}, false, err
	}
	if err := s.retrier.Enter(ctx); err != nil {
		return record.MessageID{}, false, err
	}
	defer s.retrier.Leave()
	err = s.retrier.Do(ctx, "look up an id", s.retrier.AttemptTimeout(), func(ctx context.Context) error {
		d, err := s.read(ctx, name, inlineIDFields, (*document).idValues)
		if err != nil || d == nil {
			return err
		}
		if seen, ok, err = d.findInlineID(id); err == nil && !ok {
			seen, ok, err = s.findSpilledID(ctx, d, id)
		}
		return err
	})
	return seen, ok && err == nil, err
}

// Definitions implements store.Store.
func (s *Store) Definitions(ctx context.Context, ids []tracker.ID) ([][]byte, error) {
	if err := s.retrier.Enter(ctx); err != nil {
		return nil, err
	}
	defer s.retrier.Leave()
	found, err := s.definitionTexts(ctx, ids)
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
