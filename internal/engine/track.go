package engine

import (
	"context"
	"fmt"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

// Message is what Track applies to a group.
type Message struct {
	Group string
	// ID makes the message count once; empty for none.
	ID string
	// Time is when it happens, in Unix milliseconds.
	Time int64
	Data match.Data
}

// Track applies a message, and says in o what it did. The error is about the message, or the cache's.
func (e *Engine) Track(ctx context.Context, m *Message, o *Outcome) (Reply, error) {
	t := e.task(m.Group, m.Time)
	defer e.recycle(t)
	t.id, t.call.Data = m.ID, m.Data
	if err := t.prepare(); err != nil {
		return Reply{}, err
	}
	return t.reply(o, e.run(ctx, t))
}

// maxID bounds the bytes of an id.
const maxID = 255

// prepare checks the message.
func (t *task) prepare() error {
	t.call.Now = t.now
	t.call.Commit = t.id != ""
	if err := tracker.CheckName("group", t.name); err != nil || t.id == "" {
		return err
	}
	if err := tracker.CheckName("id", t.id); err != nil {
		return err
	}
	if len(t.id) > maxID {
		return &field.Error{Path: "id", Value: t.id, Want: fmt.Sprintf("want at most %d bytes", maxID)}
	}
	return t.hashData()
}

// hashData makes sure that the same id always comes with the same data.
func (t *task) hashData() error {
	data, err := t.call.Data.Decode()
	if err == nil {
		t.hash, err = value.Hash(data)
	}
	if err != nil {
		return fmt.Errorf("track group %q, id %q: %w", t.name, t.id, &DataError{err})
	}
	return nil
}

// DataError means that the data of a message is not a JSON object that can be read.
type DataError struct{ err error }

// Error says what is wrong with the data, and at which byte of JSON.
func (e *DataError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *DataError) Unwrap() error { return e.err }

// reply fills in what the caller gets; notDone is the error of Update.
func (t *task) reply(o *Outcome, notDone error) (Reply, error) {
	if err := t.result(notDone); err != nil {
		return Reply{}, fmt.Errorf("track group %q: %w", t.name, err)
	}
	if o.adopt(&t.effect) {
		t.call.PackedBuffer = nil
	}
	return Reply{Version: t.effect.Version, Duplicate: t.duplicate}, nil
}
