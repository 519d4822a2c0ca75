package dictrack

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/engine"
	"github.com/dictrack/dictrack/internal/match"
)

// Message is what happened to a group: a JSON object, its data, in one of two forms. The Manager only reads it, and not
// after the call that got it has returned.
type Message struct {
	// Group names the group whose trackers the message moves: 1 to 1,024 bytes, no NUL.
	Group string
	// ID makes the message count once: another one with the same id in the same group changes nothing and is a
	// Duplicate, for as long as Options.IDWindow says. The same id with other data is an ErrIDReused. At most 255 bytes,
	// no NUL. Empty for none: then a message that is sent twice counts twice.
	ID string
	// Time is when it happened. Zero: the Manager's clock. Groups that get no messages go by the clock all the same: to
	// replay old messages, set Options.Clock too.
	Time time.Time

	// Data is the object as a map. A value may be of any Go type that has a JSON form, and counts as that form.
	Data map[string]any
	// JSON is the object as text, in place of Data: valid JSON in UTF-8, nested at most 64 deep, with finite numbers, and
	// without a path twice that a tracker uses. It is read without building a map.
	JSON []byte
	// SkipValidation says that JSON is known to be valid, as it is when a JSON encoder wrote it. Parts that no tracker
	// uses are then skipped without a look at their syntax, which is faster. Invalid text either fails and changes
	// nothing, or is read with unspecified values. Messages with an ID are validated all the same, since all of their data
	// is hashed.
	SkipValidation bool
}

// data checks that the message has its data once.
func (m *Message) data() (match.Data, error) {
	d := match.Data{Map: m.Data, JSON: m.JSON, Trusted: m.SkipValidation}
	switch {
	case m.Data == nil && m.JSON == nil:
		return d, &field.Error{Path: "data", Want: "want Data or JSON; an object without fields is map[string]any{}"}
	case m.Data != nil && m.JSON != nil:
		return d, &field.Error{Path: "data", Want: "want Data or JSON, not both"}
	}
	return d, nil
}

// engine is the message as the engine takes it; now is its time when it has none.
func (m *Message) engine(now int64) (e engine.Message, err error) {
	e = engine.Message{Group: m.Group, ID: m.ID, Time: m.time(now)}
	if e.Data, err = m.data(); err != nil {
		return e, fmt.Errorf("message for group %q: %w", m.Group, err)
	}
	return e, nil
}

// time is when the message happened, in Unix milliseconds.
func (m *Message) time(now int64) int64 {
	if m.Time.IsZero() {
		return now
	}
	return m.Time.UnixMilli()
}

// withValue is the message with the JSON form of a value as its data.
func (m Message) withValue(v any) (Message, error) {
	if m.Data != nil || m.JSON != nil {
		return m, &field.Error{Path: "data", Want: "want neither Data nor JSON beside a value"}
	}
	text, err := json.Marshal(v)
	if err != nil {
		return m, &field.Error{Path: "data", Value: fmt.Sprintf("%T", v), Want: "want a value with a JSON form: " + err.Error()}
	}
	m.JSON = text
	return m, nil
}
