package ingest

import (
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/input"
	"github.com/dictrack/dictrack/internal/rawjson"
)

// batch is a piece of one source, ready to be tracked.
type batch struct {
	input.Batch

	source   string
	items    []item
	messages []dictrack.Message
	parts    []int     // where the items end that may be tracked together
	latest   time.Time // the clock after the batch, when data tells the time
	bytes    int64     // what was read of all sources so far
	err      error     // why the source cannot be read on
}

// item is one record of the input: an input, or the reason why there is none.
type item struct {
	line    int
	message int // of inputs, when err is nil
	group   *groupInfo
	err     error
}

func (b *batch) reset(source string) {
	clear(b.items)
	clear(b.messages)
	b.source, b.err = source, nil
	b.items, b.messages, b.parts = b.items[:0], b.messages[:0], b.parts[:0]
}

// addRejected adds a record that is not taken.
func (b *batch) addRejected(line int, err error) {
	b.items = append(b.items, item{line: line, err: err})
}

// addMessage adds a record as an input.
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

// mustTrackAlone tells whether only tracking it shows that an input is refused: its id may be that of other data, and a
// tracker may use a path that it gives twice or that is broken where it was trusted.
func mustTrackAlone(in *dictrack.Message) bool {
	if in.ID != "" {
		return true
	}
	_, err := rawjson.Decode(in.JSON)
	return err != nil
}
