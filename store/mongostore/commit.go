package mongostore

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
)

// Commit implements store.Store.
func (s *Store) Commit(ctx context.Context, changes []*record.Change) error {
	if err := s.retrier.Enter(ctx); err != nil {
		return err
	}
	defer s.retrier.Leave()
	writes, keys := make([]*write, len(changes)), make([]string, len(changes))
	var definitions []record.Definition
	for i, c := range changes {
		err := store.CheckGroupName(c.Group)
		if err == nil {
			writes[i], err = s.encode(c)
		}
		if err != nil {
			return err
		}
		keys[i] = writes[i].key
		definitions = append(definitions, newDefinitions(c)...)
	}
	release, err := s.groupLocks.lock(ctx, keys)
	if err != nil {
		return err
	}
	defer release()
	return s.commit(ctx, writes, definitions)
}

// newDefinitions returns the definitions that the layouts of a change refer to.
func newDefinitions(c *record.Change) []record.Definition {
	for _, part := range c.Chunks {
		if part.Layout != nil {
			return c.Definitions
		}
	}
	return nil
}

// commit writes what the groups' documents refer to, then the documents.
func (s *Store) commit(ctx context.Context, writes []*write, definitions []record.Definition) error {
	if err := s.spillFull(ctx, writes); err != nil {
		return err
	}
	if err := s.writeDefinitions(ctx, definitions); err != nil {
		return err
	}
	if err := s.insertOverflow(ctx, writes); err != nil {
		return err
	}
	err := s.retrier.Do(ctx, "commit", s.retrier.AttemptTimeout(), (&casCommit{db: s.database, pending: writes}).attempt)
	var late []string
	for _, w := range writes {
		if w.conflict {
			late = append(late, w.name)
		} else {
			s.maintainer.committed(w)
		}
	}
	if err == nil && late != nil {
		s.discard(ctx, writes)
		err = &store.ConflictError{Groups: late}
	}
	return err
}

// discard removes the overflow documents of writes in conflict.
func (s *Store) discard(ctx context.Context, writes []*write) {
	ids := bson.A{}
	for _, w := range writes {
		if w.conflict {
			ids = append(ids, w.overflowIDs...)
		}
	}
	s.removeOverflow(ctx, ids)
}

// insertOverflow inserts the overflow documents of writes. Those of an earlier attempt exist already.
func (db *database) insertOverflow(ctx context.Context, writes []*write) error {
	var parts []any
	for _, w := range writes {
		parts = append(parts, w.overflow...)
	}
	return db.retrier.Do(ctx, "commit", db.retrier.AttemptTimeout(), func(ctx context.Context) error {
		_, err := insertMissing(ctx, db.overflow, parts)
		return err
	})
}

// spillFull moves the message ids of groups that have so many in their document that no commit may add
// more.
func (s *Store) spillFull(ctx context.Context, writes []*write) error {
	keys := s.maintainer.overLimit(writes)
	if len(keys) == 0 {
		return nil
	}
	return s.retrier.Do(ctx, "commit", s.retrier.AttemptTimeout(), func(ctx context.Context) error { return s.spillIDs(ctx, keys) })
}
