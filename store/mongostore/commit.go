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
	if err := s.calls.Enter(ctx); err != nil {
		return err
	}
	defer s.calls.Leave()
	writes, keys := make([]*write, len(changes)), make([]string, len(changes))
	var definitions []*tracker.Definition
	for i, c := range changes {
		err := store.CheckGroupName(c.Group)
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
	if err := s.writeDefinitions(ctx, definitions); err != nil {
		return err
	}
	if err := s.insertParts(ctx, writes); err != nil {
		return err
	}
	err := s.calls.Do(ctx, "commit", s.calls.AttemptTimeout(), (&race{s: s, open: writes}).attempt)
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
