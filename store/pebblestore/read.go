package pebblestore

import (
	"errors"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"github.com/dictrack/dictrack/internal/checksum"
	"github.com/dictrack/dictrack/internal/wire"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// getRecord reads one record; ok is false if it does not exist. What names it in errors.
func getRecord(from pebble.Reader, key []byte, what string) (payload []byte, ok bool, err error) {
	value, closer, err := from.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, readError(what, err)
	}
	payload, err = checksum.Unseal(key, format, slices.Clone(value))
	if err != nil {
		err = corruptRecord(what, err)
	}
	if closing := closer.Close(); err == nil && closing != nil {
		err = readError(what, closing)
	}
	return payload, true, err
}

func readFirstVersion(from pebble.Reader) (uint64, error) {
	const what = "of the first version"
	payload, ok, err := getRecord(from, firstVersionKey(), what)
	if err != nil || !ok {
		return 0, err
	}
	floor, err := parseFirstVersion(payload)
	if err != nil {
		return 0, corruptRecord(what, err)
	}
	return floor, nil
}

func readGroup(from pebble.Reader, name string) (groupValue, bool, error) {
	payload, ok, err := getRecord(from, groupKey(name), "group "+name)
	if err != nil || !ok {
		return groupValue{}, ok, err
	}
	h, err := parseGroup(payload)
	if err != nil {
		return groupValue{}, true, corruptRecord("group "+name, err)
	}
	return h, true, nil
}

func load(from pebble.Reader, name string) (*record.Group, error) {
	h, ok, err := readGroup(from, name)
	if err != nil {
		return nil, err
	}
	if !ok {
		floor, err := readFirstVersion(from)
		return &record.Group{Name: name, Version: floor}, err
	}
	r := &record.Group{Name: name, Version: h.version, Initialized: h.initialized, Due: h.due, Layout: make([]tracker.ID, 0, h.count), States: h.firstChunk}
	if err := loadLayout(from, r, h.count); err != nil {
		return nil, err
	}
	return r, loadChunks(from, r, &h)
}

func loadLayout(from pebble.Reader, r *record.Group, count int) error {
	for i := 0; len(r.Layout) < count; i++ {
		want := min(record.ChunkSize, count-len(r.Layout))
		payload, what, err := loadChunk(from, kindLayout, r.Name, i)
		if err != nil {
			return err
		}
		if r.Layout, err = wire.ParseLayout(r.Layout, payload, want); err != nil {
			return corruptRecord(what, err)
		}
	}
	return nil
}

// loadChunk reads the states or the layout of a chunk, which must exist.
func loadChunks(from pebble.Reader, r *record.Group, h *groupValue) error {
	first := 0
	if h.inline {
		first = 1
	}
	for i := first; i*record.ChunkSize < h.count; i++ {
		payload, _, err := loadChunk(from, kindChunk, r.Name, i)
		if err != nil {
			return err
		}
		r.States = append(r.States, payload...)
	}
	return nil
}

// loadChunk reads a part that must be there.
func loadChunk(from pebble.Reader, kind byte, name string, index int) (payload []byte, what string, err error) {
	what = fmt.Sprintf("group %s, part %c%d", name, kind, index)
	payload, ok, err := getRecord(from, chunkKey(kind, name, index), what)
	if err == nil && !ok {
		err = corruptRecord(what, errMissing)
	}
	return payload, what, err
}

// readMessageID returns what is remembered of a message id; nil for nothing.
func readMessageID(from pebble.Reader, name, id string) (*record.MessageID, error) {
	what := fmt.Sprintf("id %q of group %s", id, name)
	payload, ok, err := getRecord(from, messageIDKey(name, id), what)
	if err != nil || !ok {
		return nil, err
	}
	seen, err := parseMessageID(id, payload)
	if err != nil {
		return nil, corruptRecord(what, err)
	}
	return &seen, nil
}
