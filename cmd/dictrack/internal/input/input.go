// Package input splits files and streams into JSON texts: one per line, or the elements of a top-level array.
//
// Memory is bounded and nothing is copied: the texts of a Batch point into its buffer. Gzip is recognised. A stream that
// pauses returns the texts read so far.
package input

import (
	"errors"
	"fmt"
)

// MaxText is the maximum length of a line or an array element in bytes.
const MaxText = 16 << 20

// The errors of a Record.
var (
	ErrTooLong        = fmt.Errorf("longer than %d MiB", MaxText>>20)
	ErrMissingElement = errors.New("an array element is missing between commas or at the end")
	ErrUnclosed       = errors.New("the array does not end with ]")
)

// Record is one JSON text of the input, not validated, or an error.
type Record struct {
	// Text points into the Batch. It is trimmed, and not empty unless Err is set.
	Text []byte
	// Line is the line number where the text begins, from 1.
	Line int
	// Err is nil, ErrTooLong, ErrNoText or ErrUnclosed.
	Err error
}

// Batch holds the records of one Fill. The zero Batch is ready for use; filling it again reuses its memory.
type Batch struct {
	Records []Record

	buf []byte
}

// bufferSize is the number of bytes of a batch. A commit writes every group that its lines changed, so larger batches
// write less: with a thousand groups on a disk, 512 KiB is twice as fast as 128 KiB. Beyond that little is gained, and
// timers fire later.
const bufferSize = 512 << 10

// reset empties the batch, and starts it with the remainder: the beginning of a text that the last batch did not finish.
func (b *Batch) reset(remainder []byte, size int) {
	clear(b.Records)
	b.Records = b.Records[:0]
	if cap(b.buf) < size || cap(b.buf) > 8*size {
		b.buf = make([]byte, 0, max(size, 2*len(remainder)))
	}
	b.buf = append(b.buf[:0], remainder...)
}

// grow doubles the buffer.
func (b *Batch) grow() {
	b.buf = append(make([]byte, 0, 2*cap(b.buf)), b.buf...)
}
