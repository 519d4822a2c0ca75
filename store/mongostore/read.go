package mongostore

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dictrack/dictrack/internal/wire"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// emptyRecord returns a group that does not exist.
func (db *database) emptyRecord(ctx context.Context, name string) (*record.Group, error) {
	m, err := db.readMeta(ctx)
	if err != nil {
		return nil, err
	}
	return &record.Group{Name: name, Version: uint64(m.firstVersion)}, nil
}

// maxReads bounds how often a document is read again because its overflow documents were replaced
// meanwhile.
const maxReads = 100

// read reads a group's document, all of it or some fields, and the parts that some of its values are in. It
// returns nil for a group that does not exist.
func (db *database) read(ctx context.Context, name string, fields bson.D, values func(*document) []*value) (*document, error) {
	for range maxReads {
		raw, err := db.groups.FindOne(ctx, doc("_id", keyOf(name)), options.FindOne().SetProjection(fields)).Raw()
		if errors.Is(err, mongo.ErrNoDocuments) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		d, err := parse(raw)
		if err != nil || d.uncommitted() {
			return nil, err
		}
		if whole, err := db.readOverflow(ctx, values(d)); whole || err != nil {
			return d, err
		}
	}
	return nil, corrupt(keyOf(name), errMissing)
}

var errMissing = errors.New("a part is missing")

// chunkValues returns the values of all chunks.
func (d *document) chunkValues() []*value {
	var values []*value
	for i := range d.chunks {
		values = append(values, &d.chunks[i].layout, &d.chunks[i].states)
	}
	return values
}

// idValues returns the values of all entries of inline ids.
func (d *document) idValues() []*value {
	var values []*value
	for i := range d.inlineIDs {
		values = append(values, &d.inlineIDs[i].value)
	}
	return values
}

// record is the document as the caller knows groups.
func (d *document) record(name string) (*record.Group, error) {
	r := &record.Group{
		Name: name, Version: uint64(d.version), Initialized: d.initialized, Due: d.due, Layout: make([]tracker.ID, 0, d.count),
	}
	if len(d.chunks) != wire.Chunks(d.count) {
		return nil, corrupt(d.key, fmt.Errorf("it has %d chunks for %d trackers", len(d.chunks), d.count))
	}
	for i := range d.chunks {
		layout, states, err := d.decodeChunk(i)
		if err != nil {
			return nil, err
		}
		r.Layout = append(r.Layout, layout...)
		r.States = append(r.States, states...)
	}
	return r, nil
}

// decodeChunk decodes a chunk. The states alias the document.
func (d *document) decodeChunk(i int) (layout []tracker.ID, states []byte, err error) {
	c := &d.chunks[i]
	payload, err := unseal(d.key, kindLayout, i, c.layout.bytes)
	if err == nil {
		want := min(record.ChunkSize, d.count-i*record.ChunkSize)
		layout, err = wire.ParseLayout(make([]tracker.ID, 0, want), payload, want)
	}
	if err == nil {
		states, err = unseal(d.key, kindStates, i, c.states.bytes)
	}
	if err != nil {
		return nil, nil, corrupt(d.key, fmt.Errorf("trackers from %d on: %w", i*record.ChunkSize, err))
	}
	return layout, states, nil
}
