package tracking

import (
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/feed"
	"github.com/dictrack/dictrack/internal/rawjson"
)

// batch is a piece of one source, ready to be tracked.
type batch struct {
	feed.Batch

	source string
	items  []item
	inputs []dictrack.Message
	parts  []int     // where the items end that may be tracked together
	latest time.Time // the clock after the batch, when data tells the time
	bytes  int64     // what was read of all sources so far
	err    error     // why the source cannot be read on
}

// item is one record of the input: an input, or the reason why there is none.
type item struct {
	line  int
	input int // of inputs, when err is nil
	group *member
	err   error
}

func (b *batch) begin(source string) {
	clear(b.items)
	clear(b.inputs)
	b.source, b.err = source, nil
	b.items, b.inputs, b.parts = b.items[:0], b.inputs[:0], b.parts[:0]
}

// refuse adds a record that is not taken.
func (b *batch) refuse(line int, err error) {
	b.items = append(b.items, item{line: line, err: err})
}

// take adds a record as an input.
func (b *batch) take(line int, in dictrack.Message, group *member) {
	b.items = append(b.items, item{line: line, input: len(b.inputs), group: group})
	b.inputs = append(b.inputs, in)
}

// part ends a part after the items so far.
func (b *batch) part() {
	if n := len(b.items); n > 0 && (len(b.parts) == 0 || b.parts[len(b.parts)-1] < n) {
		b.parts = append(b.parts, n)
	}
}

// doubtful tells whether only tracking it shows that an input is refused: its id may be that of other data, and a
// tracker may use a path that it gives twice or that is broken where it was trusted.
func doubtful(in *dictrack.Message) bool {
	if in.ID != "" {
		return true
	}
	_, err := rawjson.Decode(in.JSON)
	return err != nil
}
