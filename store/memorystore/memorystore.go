// Package memorystore keeps groups in the memory of this process: for tests, for a file with a question, and as the
// plainest implementation of a store.Store. New keeps nothing when the process ends; OpenFile reads a file at the start
// and saves it at the end.
package memorystore

import (
	"context"
	"slices"
	"sync"

	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// Store is a store.Store of maps.
type Store struct {
	mu          sync.Mutex // protects all of the following
	closed      bool
	floor       uint64
	groups      map[string]*storedGroup
	names       []string // of groups, in order; nil when groups came since
	due         map[string]int64
	definitions map[tracker.ID][]byte
	messageIDs  map[string]map[string]record.MessageID // group -> id
	file        *file                                  // nil: nothing is saved
}

// storedGroup is a group; its slices have one element a chunk.
type storedGroup struct {
	version     uint64
	initialized bool
	layouts     [][]tracker.ID
	states      [][]byte
}

var _ store.Store = (*Store)(nil)

// New returns an empty Store.
func New() *Store {
	s := &Store{definitions: map[tracker.ID][]byte{}}
	s.empty()
	return s
}

func (s *Store) empty() {
	s.groups, s.names = map[string]*storedGroup{}, nil
	s.due, s.messageIDs = map[string]int64{}, map[string]map[string]record.MessageID{}
}

// begin locks the store for a call, until mu.Unlock, unless the error says why there can be none.
func (s *Store) begin(ctx context.Context) error {
	s.mu.Lock()
	err := ctx.Err()
	if s.closed {
		err = record.ErrClosed
	}
	if err != nil {
		s.mu.Unlock()
	}
	return err
}

// Load implements store.Store.
func (s *Store) Load(ctx context.Context, name string) (*record.Group, error) {
	if err := store.CheckGroupName(name); err != nil {
		return nil, err
	}
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	g, ok := s.groups[name]
	if !ok {
		return &record.Group{Name: name, Version: s.floor}, nil
	}
	return &record.Group{
		Name: name, Version: g.version, Initialized: g.initialized, Due: s.dueOf(name),
		Layout: slices.Concat(g.layouts...), States: slices.Concat(g.states...),
	}, nil
}

func (s *Store) dueOf(name string) int64 {
	if due, ok := s.due[name]; ok {
		return due
	}
	return limiter.Never
}

// Definitions implements store.Store.
func (s *Store) Definitions(ctx context.Context, ids []tracker.ID) ([][]byte, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	texts := make([][]byte, len(ids))
	for i, id := range ids {
		text, ok := s.definitions[id]
		if !ok {
			return nil, &record.CorruptError{Record: "definition " + id.String(), Reason: "it is missing"}
		}
		texts[i] = slices.Clone(text)
	}
	return texts, nil
}

// FindMessageID implements store.Store.
func (s *Store) FindMessageID(ctx context.Context, name, id string) (record.MessageID, bool, error) {
	if err := store.CheckGroupName(name); err != nil {
		return record.MessageID{}, false, err
	}
	if err := s.begin(ctx); err != nil {
		return record.MessageID{}, false, err
	}
	defer s.mu.Unlock()
	seen, ok := s.messageIDs[name][id]
	return seen, ok, nil
}

// Close implements store.Store. It saves the file, if there is one.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	err := s.save()
	s.closed = true
	s.empty()
	s.definitions = nil
	return err
}
