package ingest

import (
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/input"
	"github.com/dictrack/dictrack/internal/rawjson"
)

// batch is a part of a source, ready to be tracked.
type batch struct {
	input.Batch

	source   string
	items    []item
	messages []dictrack.Message
	parts    []int     // the ends of the ranges of items that are tracked together
	latest   time.Time // the clock after the batch, when the time comes from the messages
	bytes    int64     // read from all sources so far
	err      error     // of reading the source
}

// item is one record of the input: a message, or the error that it has none.
type item struct {
	line    int
	message int // index in messages, when err is nil
	group   *groupInfo
	err     error
}

func (b *batch) reset(source string) {
	clear(b.items)
	clear(b.messages)
	b.source, b.err = source, nil
	b.items, b.messages, b.parts = b.items[:0], b.messages[:0], b.parts[:0]
}

// addRejected adds a record that is rejected.
func (b *batch) addRejected(line int, err error) {
	b.items = append(b.items, item{line: line, err: err})
}

// addMessage adds a record with its message.
func (b *batch) addMessage(line int, in dictrack.Message, group *groupInfo) {
	b.items = append(b.items, item{line: line, message: len(b.messages), group: group})
	b.messages = append(b.messages, in)
}

// endPart ends a part after the items so far.
func (b *batch) endPart() {
	if n := len(b.items); n > 0 && (len(b.parts) == 0 || b.parts[len(b.parts)-1] < n) {
		b.parts = append(b.parts, n)
	}
}

// mustTrackAlone reports whether a message may still be rejected when it is tracked: its id may have come with other data,
// or a path that a tracker uses may be given twice, or be broken where validation was skipped.
func mustTrackAlone(in *dictrack.Message) bool {
	if in.ID != "" {
		return true
	}
	_, err := rawjson.Decode(in.JSON)
	return err != nil
}
