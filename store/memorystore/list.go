package memorystore

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/dictrack/dictrack/record"
)

// Due implements store.Store.
func (s *Store) Due(ctx context.Context, until int64, limit int) ([]record.Due, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var due []record.Due
	for name, at := range s.due {
		if at <= until {
			due = append(due, record.Due{Group: name, At: at})
		}
	}
	slices.SortFunc(due, func(a, b record.Due) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Group, b.Group))
	})
	return due[:min(len(due), max(0, limit))], nil
}

// Groups implements store.Store.
func (s *Store) Groups(ctx context.Context, after string, limit int) ([]string, error) {
	if err := s.begin(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	if s.names == nil {
		s.names = slices.Sorted(maps.Keys(s.groups))
	}
	from, found := slices.BinarySearch(s.names, after)
	if found {
		from++
	}
	to := min(len(s.names), from+max(0, limit))
	return slices.Clone(s.names[from:to]), nil
}

// DeleteExpiredIDs implements store.Store.
func (s *Store) DeleteExpiredIDs(ctx context.Context, now int64) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	for _, ids := range s.messageIDs {
		before := len(ids)
		maps.DeleteFunc(ids, func(_ string, seen record.MessageID) bool { return seen.Expires <= now })
		if len(ids) != before {
			s.markDirty()
		}
	}
	return nil
}

// Flush implements store.Store.
func (s *Store) Flush(ctx context.Context) error {
	if err := s.begin(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	s.markDirty()
	for _, g := range s.groups {
		s.floor = max(s.floor, g.version+1)
	}
	s.empty()
	return nil
}
