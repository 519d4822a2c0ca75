package pgstore

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/dictrack/dictrack/internal/wire"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// row is what load.sql gives: the floor, and the group if there is one.
type row struct {
	floor     int64
	floorSeal []byte

	version         *int64
	fed             *bool
	due             *int64
	places          *int32
	seal, states    []byte
	layouts, chunks [][]byte
}

// Load implements store.Store, in one round trip.
func (s *Store) Load(ctx context.Context, name string) (*record.Group, error) {
	return s.load(ctx, name)
}

// LoadAfterInDoubt implements store.InDoubtLoader, in one round trip: the server may go on with the transaction of a process that
// died.
func (s *Store) LoadAfterInDoubt(ctx context.Context, name string) (*record.Group, error) {
	return s.load(ctx, name, "settled_new", "settled")
}

// load reads a group after queries that are given its name too.
func (s *Store) load(ctx context.Context, name string, before ...string) (*record.Group, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	var r *row
	err := s.try(ctx, "load a group", s.calls.AttemptTimeout(), func(ctx context.Context) error {
		r = nil
		return s.ask(ctx, "load", []any{[]byte(name)}, func(from pgx.Rows) error {
			r = &row{}
			return from.Scan(&r.floor, &r.floorSeal, &r.version, &r.fed, &r.due, &r.places, &r.seal, &r.states, &r.layouts, &r.chunks)
		}, before...)
	})
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, damaged("of the first version", errMissing)
	}
	return r.record(name)
}

// record checks what was read and puts it together.
func (r *row) record(name string) (*record.Group, error) {
	if r.version == nil {
		if err := checkFloor(r.floor, r.floorSeal); err != nil {
			return nil, err
		}
		return &record.Group{Name: name, Version: uint64(r.floor), Due: limiter.Never}, nil
	}
	due := int64(limiter.Never)
	if r.due != nil {
		due = *r.due
	}
	what := "group " + name
	if _, err := unseal(headKey(name, *r.version, *r.fed, due, *r.places), r.seal); err != nil {
		return nil, damaged(what, err)
	}
	count := int(*r.places)
	if count < 0 || len(r.layouts) != wire.Chunks(count) || len(r.chunks) != max(0, wire.Chunks(count)-1) {
		return nil, damaged(what, fmt.Errorf("it has %d layouts and %d more chunks, which is not right for %d trackers", len(r.layouts), len(r.chunks), count))
	}
	rec := &record.Group{Name: name, Version: uint64(*r.version), Initialized: *r.fed, Due: due, Layout: make([]tracker.ID, 0, count)}
	if err := r.readLayouts(rec, count); err != nil {
		return nil, err
	}
	return rec, r.readStates(rec)
}

func (r *row) readLayouts(rec *record.Group, count int) error {
	for i, value := range r.layouts {
		payload, err := unseal(partKey('l', rec.Name, i), value)
		if err == nil {
			rec.Layout, err = wire.ParseLayout(rec.Layout, payload, min(record.ChunkSize, count-len(rec.Layout)))
		}
		if err != nil {
			return damaged(fmt.Sprintf("group %s, part l%d", rec.Name, i), err)
		}
	}
	return nil
}

func (r *row) readStates(rec *record.Group) error {
	for i, value := range append([][]byte{r.states}, r.chunks...) {
		payload, err := unseal(partKey('c', rec.Name, i), value)
		if err != nil {
			return damaged(fmt.Sprintf("group %s, part c%d", rec.Name, i), err)
		}
		rec.States = append(rec.States, payload...)
	}
	return nil
}

func checkFloor(version int64, seal []byte) error {
	if _, err := unseal(floorKey(version), seal); err != nil {
		return damaged("of the first version", err)
	}
	return nil
}

// Definitions implements store.Store.
func (s *Store) Definitions(ctx context.Context, ids []tracker.ID) ([][]byte, error) {
	found := make(map[tracker.ID][]byte, len(ids))
	keys := make([][]byte, len(ids))
	for i := range ids {
		keys[i] = ids[i][:]
	}
	err := s.try(ctx, "read definitions", s.calls.AttemptTimeout(), func(ctx context.Context) error {
		if len(ids) == 0 {
			return nil
		}
		return s.ask(ctx, "definitions", []any{keys}, func(from pgx.Rows) error {
			var key, text []byte
			err := from.Scan(&key, &text)
			if err == nil && len(key) == len(tracker.ID{}) {
				found[tracker.ID(key)] = text
			}
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return inOrder(ids, found)
}

// inOrder puts definitions in the order of ids, each a copy of its own, and checks that they are theirs:
// the id is the beginning of the hash.
func inOrder(ids []tracker.ID, found map[tracker.ID][]byte) ([][]byte, error) {
	texts := make([][]byte, len(ids))
	for i, id := range ids {
		text, ok := found[id]
		if !ok {
			return nil, damaged("definition "+id.String(), errMissing)
		}
		if sum := sha256.Sum256(text); tracker.ID(sum[:len(id)]) != id {
			return nil, damaged("definition "+id.String(), errors.New("its text has another hash"))
		}
		texts[i] = append([]byte(nil), text...)
	}
	return texts, nil
}

// FindMessageID implements store.Store.
func (s *Store) FindMessageID(ctx context.Context, name, id string) (record.MessageID, bool, error) {
	if err := checkName(name); err != nil {
		return record.MessageID{}, false, err
	}
	var hash []byte
	var version, expires int64
	ok := false
	err := s.try(ctx, "look up an id", s.calls.AttemptTimeout(), func(ctx context.Context) error {
		ok = false
		return s.ask(ctx, "seen", []any{[]byte(name), []byte(id)}, func(from pgx.Rows) error {
			ok = true
			return from.Scan(&hash, &version, &expires)
		})
	})
	if err != nil || !ok {
		return record.MessageID{}, false, err
	}
	payload, err := unseal(seenKey(name, id, version, expires), hash)
	if err == nil && len(payload) != len(record.MessageID{}.Hash) {
		err = fmt.Errorf("%d bytes are not a hash", len(payload))
	}
	if err != nil {
		return record.MessageID{}, false, &record.CorruptError{Record: fmt.Sprintf("id %q of group %s", id, name), Reason: err.Error()}
	}
	return record.MessageID{ID: id, Hash: [16]byte(payload), Version: uint64(version), Expires: expires}, true, nil
}
