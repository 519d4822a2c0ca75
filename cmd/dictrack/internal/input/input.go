// Package input cuts files and streams into JSON texts: one a line, or the elements of a top-level array.
//
// Memory is bounded and nothing is copied: the texts of a Batch lie in its buffer. Gzip is recognised, and a stream
// that pauses hands over what it has.
package input

import (
	"errors"
	"fmt"
)

// MaxText is the length in bytes up to which a line or an array element is read.
const MaxText = 16 << 20

// Why a Record has no text, or ends where it should not.
var (
	ErrTooLong        = fmt.Errorf("longer than %d MiB", MaxText>>20)
	ErrMissingElement = errors.New("an array element is missing between commas or at the end")
	ErrUnclosed       = errors.New("the array does not end with ]")
)

// Record is one JSON text of the input, not checked, or the reason why there is none.
type Record struct {
	// Text lies in the Batch. It is trimmed and not empty, unless Err is set.
	Text []byte
	// Line is where the text begins, from 1.
	Line int
	// Err is nil, ErrTooLong, ErrNoText or ErrUnclosed.
	Err error
}

// Batch is what one Fill found. The zero Batch is ready for use; one that is filled again keeps its memory.
type Batch struct {
	Records []Record

	buf []byte
}

// bufferSize is how much is read at once. A commit writes the groups that its lines moved, so fewer and larger ones
// write less: with a thousand groups on a disk, 512 KiB are twice as fast as 128 KiB. Beyond that little is gained, and
// what the clock does waits longer.
const bufferSize = 512 << 10

// reset empties the batch but for the start of a text that the last batch could not finish.
func (b *Batch) reset(remainder []byte, size int) {
	clear(b.Records)
	b.Records = b.Records[:0]
	if cap(b.buf) < size || cap(b.buf) > 8*size {
		b.buf = make([]byte, 0, max(size, 2*len(remainder)))
	}
	b.buf = append(b.buf[:0], remainder...)
}

// grow makes room for the rest of a long text.
func (b *Batch) grow() {
	b.buf = append(make([]byte, 0, 2*cap(b.buf)), b.buf...)
}
