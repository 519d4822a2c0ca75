package pebblestore

import (
	"context"
	"slices"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// Load implements store.Store.
func (s *Store) Load(ctx context.Context, name string) (*record.Group, error) {
	if err := store.CheckGroupName(name); err != nil {
		return nil, err
	}
	return do(ctx, s, func() (*record.Group, error) {
		snapshot := s.db.NewSnapshot()
		r, err := load(snapshot, name)
		if closing := snapshot.Close(); err == nil {
			err = closing
		}
		s.cache.waitDurable(name)
		return r, err
	})
}

// Definitions implements store.Store.
func (s *Store) Definitions(ctx context.Context, ids []tracker.ID) ([][]byte, error) {
	ids = slices.Clone(ids)
	return do(ctx, s, func() ([][]byte, error) {
		texts := make([][]byte, len(ids))
		for i, id := range ids {
			what := "definition " + id.String()
			payload, ok, err := getRecord(s.db, definitionKey(id), what)
			if err == nil && !ok {
				err = corruptRecord(what, errMissing)
			}
			if err != nil {
				return nil, err
			}
			texts[i] = payload
		}
		return texts, nil
	})
}

// FindMessageID implements store.Store.
func (s *Store) FindMessageID(ctx context.Context, name, id string) (record.MessageID, bool, error) {
	if err := store.CheckGroupName(name); err != nil {
		return record.MessageID{}, false, err
	}
	seen, err := do(ctx, s, func() (*record.MessageID, error) {
		seen, err := readMessageID(s.db, name, id)
		s.cache.waitDurable(name)
		return seen, err
	})
	if err != nil || seen == nil {
		return record.MessageID{}, false, err
	}
	return *seen, true, nil
}
