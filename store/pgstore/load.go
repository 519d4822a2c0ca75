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

// groupRow is the result of load_group.sql: the first version, and the group if it exists.
type groupRow struct {
	firstVersion     int64
	firstVersionSeal []byte

	version         *int64
	initialized     *bool
	due             *int64
	count           *int32
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
	return s.load(ctx, name, "lock_new_group", "lock_group")
}

// load reads a group, after queries that take its name too.
func (s *Store) load(ctx context.Context, name string, before ...string) (*record.Group, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	var r *groupRow
	err := s.do(ctx, "load a group", s.retrier.AttemptTimeout(), func(ctx context.Context) error {
		r = nil
		return s.query(ctx, "load_group", []any{[]byte(name)}, func(from pgx.Rows) error {
			r = &groupRow{}
			return from.Scan(&r.firstVersion, &r.firstVersionSeal, &r.version, &r.initialized, &r.due, &r.count, &r.seal, &r.states, &r.layouts, &r.chunks)
		}, before...)
	})
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, corrupt("of the first version", errMissing)
	}
	return r.toGroup(name)
}

// toGroup checks what was read and assembles the group.
func (r *groupRow) toGroup(name string) (*record.Group, error) {
	if r.version == nil {
		if err := checkFirstVersion(r.firstVersion, r.firstVersionSeal); err != nil {
			return nil, err
		}
		return &record.Group{Name: name, Version: uint64(r.firstVersion), Due: limiter.Never}, nil
	}
	due := int64(limiter.Never)
	if r.due != nil {
		due = *r.due
	}
	what := "group " + name
	if _, err := unseal(groupKey(name, *r.version, *r.initialized, due, *r.count), r.seal); err != nil {
		return nil, corrupt(what, err)
	}
	count := int(*r.count)
	if count < 0 || len(r.layouts) != wire.Chunks(count) || len(r.chunks) != max(0, wire.Chunks(count)-1) {
		return nil, corrupt(what, fmt.Errorf("it has %d layouts and %d more chunks, which is not right for %d trackers", len(r.layouts), len(r.chunks), count))
	}
	g := &record.Group{Name: name, Version: uint64(*r.version), Initialized: *r.initialized, Due: due, Layout: make([]tracker.ID, 0, count)}
	if err := r.readLayouts(g, count); err != nil {
		return nil, err
	}
	return g, r.readStates(g)
}

func (r *groupRow) readLayouts(g *record.Group, count int) error {
	for i, value := range r.layouts {
		payload, err := unseal(chunkKey('l', g.Name, i), value)
		if err == nil {
			g.Layout, err = wire.ParseLayout(g.Layout, payload, min(record.ChunkSize, count-len(g.Layout)))
		}
		if err != nil {
			return corrupt(fmt.Sprintf("group %s, part l%d", g.Name, i), err)
		}
	}
	return nil
}

func (r *groupRow) readStates(g *record.Group) error {
	for i, value := range append([][]byte{r.states}, r.chunks...) {
		payload, err := unseal(chunkKey('c', g.Name, i), value)
		if err != nil {
			return corrupt(fmt.Sprintf("group %s, part c%d", g.Name, i), err)
		}
		g.States = append(g.States, payload...)
	}
	return nil
}

func checkFirstVersion(version int64, seal []byte) error {
	if _, err := unseal(firstVersionKey(version), seal); err != nil {
		return corrupt("of the first version", err)
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
	err := s.do(ctx, "read definitions", s.retrier.AttemptTimeout(), func(ctx context.Context) error {
		if len(ids) == 0 {
			return nil
		}
		return s.query(ctx, "load_definitions", []any{keys}, func(from pgx.Rows) error {
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
	return orderDefinitions(ids, found)
}

// orderDefinitions returns definitions in the order of ids, each a copy, and checks them: an ID is the
// beginning of the hash.
func orderDefinitions(ids []tracker.ID, found map[tracker.ID][]byte) ([][]byte, error) {
	texts := make([][]byte, len(ids))
	for i, id := range ids {
		text, ok := found[id]
		if !ok {
			return nil, corrupt("definition "+id.String(), errMissing)
		}
		if sum := sha256.Sum256(text); tracker.ID(sum[:len(id)]) != id {
			return nil, corrupt("definition "+id.String(), errors.New("its text has another hash"))
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
	err := s.do(ctx, "look up an id", s.retrier.AttemptTimeout(), func(ctx context.Context) error {
		ok = false
		return s.query(ctx, "message_id", []any{[]byte(name), []byte(id)}, func(from pgx.Rows) error {
			ok = true
			return from.Scan(&hash, &version, &expires)
		})
	})
	if err != nil || !ok {
		return record.MessageID{}, false, err
	}
	payload, err := unseal(messageIDKey(name, id, version, expires), hash)
	if err == nil && len(payload) != len(record.MessageID{}.Hash) {
		err = fmt.Errorf("%d bytes are not a hash", len(payload))
	}
	if err != nil {
		return record.MessageID{}, false, &record.CorruptError{Record: fmt.Sprintf("id %q of group %s", id, name), Reason: err.Error()}
	}
	return record.MessageID{ID: id, Hash: [16]byte(payload), Version: uint64(version), Expires: expires}, true, nil
}
