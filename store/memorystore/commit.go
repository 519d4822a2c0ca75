package memorystore

import (
	"bytes"
	"context"
	"slices"

	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
)

// Commit implements store.Store.
func (s *Store) Commit(ctx context.Context, changes []*record.Change) error {
	for _, c := range changes {
		if err := store.CheckGroupName(c.Group); err != nil {
			return err
		}
	}
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	var late []string
	for _, c := range changes {
		if s.version(c.Group) == c.Base {
			s.apply(c)
		} else {
			late = append(late, c.Group)
		}
	}
	if late != nil {
		return &store.ConflictError{Groups: late}
	}
	return nil
}

func (s *Store) version(name string) uint64 {
	if g, ok := s.groups[name]; ok {
		return g.version
	}
	return s.floor
}

func (s *Store) apply(c *record.Change) {
	s.markDirty()
	g, ok := s.groups[c.Group]
	if !ok {
		g = &storedGroup{}
		s.groups[c.Group], s.names = g, nil
	}
	g.version, g.initialized = c.Version, c.Initialized
	for _, part := range c.Chunks {
		g.put(part)
	}
	if from, to := c.RemovedChunks(); from < to {
		g.layouts, g.states = g.layouts[:from], g.states[:from]
	}
	for _, d := range c.Definitions {
		s.definitions[d.ID] = bytes.Clone(d.JSON)
	}
	if c.Due == limiter.Never {
		delete(s.due, c.Group)
	} else {
		s.due[c.Group] = c.Due
	}
	s.remember(c)
}

// markDirty notes that the file is behind.
func (s *Store) markDirty() {
	if s.file != nil {
		s.file.dirty = true
	}
}

// put installs a copy of a chunk.
func (g *storedGroup) put(part record.Chunk) {
	for len(g.states) <= part.Index {
		g.layouts, g.states = append(g.layouts, nil), append(g.states, nil)
	}
	g.states[part.Index] = slices.Clone(part.States)
	if part.Layout != nil {
		g.layouts[part.Index] = slices.Clone(part.Layout)
	}
}

func (s *Store) remember(c *record.Change) {
	for _, seen := range c.MessageIDs {
		ids := s.messageIDs[c.Group]
		if ids == nil {
			ids = map[string]record.MessageID{}
			s.messageIDs[c.Group] = ids
		}
		ids[seen.ID] = seen
	}
}
