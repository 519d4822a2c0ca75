package pebblestore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/checksum"
	"github.com/dictrack/dictrack/internal/wire"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// get reads one record; ok is false when it is not there. What names it in an error.
func get(from pebble.Reader, key []byte, what string) (payload []byte, ok bool, err error) {
	value, closer, err := from.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, corrupt(what, err)
	}
	payload, err = checksum.Unseal(key, format, slices.Clone(value))
	if err != nil {
		err = damaged(what, err)
	}
	if closing := closer.Close(); err == nil && closing != nil {
		err = corrupt(what, closing)
	}
	return payload, true, err
}

// damaged names the record whose bytes are wrong.
func damaged(what string, err error) error {
	return &store.CorruptError{Record: what, Reason: err.Error()}
}

func readFloor(from pebble.Reader) (uint64, error) {
	const what = "of the first version"
	payload, ok, err := get(from, floorKey(), what)
	if err != nil || !ok {
		return 0, err
	}
	floor, err := parseFloor(payload)
	if err != nil {
		return 0, damaged(what, err)
	}
	return floor, nil
}

func readHead(from pebble.Reader, name string) (head, bool, error) {
	payload, ok, err := get(from, groupKey(name), "group "+name)
	if err != nil || !ok {
		return head{}, ok, err
	}
	h, err := parseHead(payload)
	if err != nil {
		return head{}, true, damaged("group "+name, err)
	}
	return h, true, nil
}

// Load implements store.Store.
func (s *Store) Load(ctx context.Context, name string) (*group.Record, error) {
	if err := store.CheckGroupName(name); err != nil {
		return nil, err
	}
	return call(ctx, s, func() (*group.Record, error) {
		snapshot := s.db.NewSnapshot()
		r, err := load(snapshot, name)
		if closing := snapshot.Close(); err == nil {
			err = closing
		}
		s.recent.settle(name)
		return r, err
	})
}

func load(from pebble.Reader, name string) (*group.Record, error) {
	h, ok, err := readHead(from, name)
	if err != nil {
		return nil, err
	}
	if !ok {
		floor, err := readFloor(from)
		return &group.Record{Name: name, Version: floor}, err
	}
	r := &group.Record{Name: name, Version: h.version, Fed: h.fed, Due: h.due, Layout: make([]tracker.ID, 0, h.count), States: h.first}
	if err := loadLayout(from, r, h.count); err != nil {
		return nil, err
	}
	return r, loadChunks(from, r, &h)
}

func loadLayout(from pebble.Reader, r *group.Record, count int) error {
	for i := 0; len(r.Layout) < count; i++ {
		want := min(group.ChunkSize, count-len(r.Layout))
		payload, what, err := loadPart(from, kindLayout, r.Name, i)
		if err != nil {
			return err
		}
		if r.Layout, err = wire.ParseLayout(r.Layout, payload, want); err != nil {
			return damaged(what, err)
		}
	}
	return nil
}

func loadChunks(from pebble.Reader, r *group.Record, h *head) error {
	first := 0
	if h.inline {
		first = 1
	}
	for i := first; i*group.ChunkSize < h.count; i++ {
		payload, _, err := loadPart(from, kindChunk, r.Name, i)
		if err != nil {
			return err
		}
		r.States = append(r.States, payload...)
	}
	return nil
}

// loadPart reads a part that must be there.
func loadPart(from pebble.Reader, kind byte, name string, index int) (payload []byte, what string, err error) {
	what = fmt.Sprintf("group %s, part %c%d", name, kind, index)
	payload, ok, err := get(from, partKey(kind, name, index), what)
	if err == nil && !ok {
		err = damaged(what, errMissing)
	}
	return payload, what, err
}

var errMissing = errors.New("it is missing")

// Definitions implements store.Store.
func (s *Store) Definitions(ctx context.Context, ids []tracker.ID) ([][]byte, error) {
	ids = slices.Clone(ids)
	return call(ctx, s, func() ([][]byte, error) {
		texts := make([][]byte, len(ids))
		for i, id := range ids {
			what := "definition " + id.String()
			payload, ok, err := get(s.db, definitionKey(id), what)
			if err == nil && !ok {
				err = damaged(what, errMissing)
			}
			if err != nil {
				return nil, err
			}
			texts[i] = payload
		}
		return texts, nil
	})
}

// Seen implements store.Store.
func (s *Store) Seen(ctx context.Context, name, id string) (group.Seen, bool, error) {
	if err := store.CheckGroupName(name); err != nil {
		return group.Seen{}, false, err
	}
	seen, err := call(ctx, s, func() (*group.Seen, error) {
		seen, err := readSeen(s.db, name, id)
		s.recent.settle(name)
		return seen, err
	})
	if err != nil || seen == nil {
		return group.Seen{}, false, err
	}
	return *seen, true, nil
}

// readSeen returns what is remembered of an id; nil for nothing.
func readSeen(from pebble.Reader, name, id string) (*group.Seen, error) {
	what := fmt.Sprintf("id %q of group %s", id, name)
	payload, ok, err := get(from, seenKey(name, id), what)
	if err != nil || !ok {
		return nil, err
	}
	seen, err := parseSeen(id, payload)
	if err != nil {
		return nil, damaged(what, err)
	}
	return &seen, nil
}
