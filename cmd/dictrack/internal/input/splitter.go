package input

import (
	"bytes"
	"errors"
	"io"
)

// Splitter splits a stream into Records. If the first byte that is not white space is a [, the stream begins with an
// array, and after its end another array or lines may follow. Anything else begins lines, and then a [ is just part of a
// line. A Splitter is not safe for concurrent use.
type Splitter struct {
	r          io.Reader
	bufferSize int // of a buffer, in bytes
	maxText    int // length of a text
	remainder  []byte
	err        error // the error that ended r

	mode mode
	line int // of the byte at pos

	pos        int  // where the text that is not split off yet begins
	scanned    int  // up to here the text has no end
	discarding bool // the text at pos is too long, and its beginning was dropped

	nesting         nesting // of an array element, up to scanned
	inElement       bool    // pos is inside an array element
	elementRequired bool    // a comma came before, so an element must follow
}

// mode says what the next bytes belong to.
type mode uint8

const (
	atStart       mode = iota // the start of the stream
	betweenValues             // after an array
	inArray
	inLines
)

// NewSplitter returns a Splitter of r. An ErrIdle of r ends a batch, and does not end the stream.
func NewSplitter(r io.Reader) *Splitter { return newSplitter(r, bufferSize, MaxText) }

func newSplitter(r io.Reader, size, maxText int) *Splitter {
	return &Splitter{r: r, bufferSize: size, maxText: maxText, line: 1}
}

// Fill replaces the records of b by the next ones, at least one. At the end of the stream it returns io.EOF or the error of
// the reader, perhaps together with the last records.
func (c *Splitter) Fill(b *Batch) error {
	b.reset(c.remainder, c.bufferSize)
	c.pos, c.scanned = 0, len(c.remainder)
	for {
		err := c.read(b)
		c.split(b)
		if len(b.Records) > 0 || err != nil && !errors.Is(err, ErrIdle) {
			c.remainder = append(c.remainder[:0], b.buf[c.pos:]...)
			return c.ignoreIdle(err)
		}
		c.makeSpace(b)
	}
}

// ignoreIdle returns nil for ErrIdle, since an idle stream goes on.
func (c *Splitter) ignoreIdle(err error) error {
	if errors.Is(err, ErrIdle) {
		return nil
	}
	return err
}

// read fills the whole buffer, so that batches do not depend on the sizes of reads.
func (c *Splitter) read(b *Batch) error {
	for len(b.buf) < cap(b.buf) && c.err == nil {
		n, err := c.r.Read(b.buf[len(b.buf):cap(b.buf)])
		b.buf = b.buf[:len(b.buf)+n]
		if errors.Is(err, ErrIdle) {
			return ErrIdle
		}
		c.err = err
	}
	if len(b.buf) < cap(b.buf) {
		return c.err
	}
	return nil
}

// makeSpace moves the unfinished text to the front, and grows the buffer if it is still full.
func (c *Splitter) makeSpace(b *Batch) {
	if c.pos > 0 {
		b.buf = append(b.buf[:0], b.buf[c.pos:]...)
		c.pos, c.scanned = 0, c.scanned-c.pos
	}
	if len(b.buf) == cap(b.buf) {
		b.grow()
	}
}

// split splits all complete texts off the buffer.
func (c *Splitter) split(b *Batch) {
	for more := true; more; {
		switch c.mode {
		case inLines:
			more = c.splitLine(b)
		case inArray:
			more = c.splitElement(b)
		default:
			more = c.detectMode(b)
		}
	}
	c.rejectTooLong(b)
}

// atEOF reports whether the buffer holds the end of the stream.
func (c *Splitter) atEOF(b *Batch) bool { return errors.Is(c.err, io.EOF) && len(b.buf) < cap(b.buf) }

var byteOrderMark = []byte("\ufeff")

// detectMode skips white space and a byte order mark, and decides whether an array or lines follow.
func (c *Splitter) detectMode(b *Batch) (more bool) {
	rest := b.buf[c.pos:]
	if c.mode == atStart {
		if len(rest) < len(byteOrderMark) && bytes.HasPrefix(byteOrderMark, rest) && !c.atEOF(b) {
			return false
		}
		c.pos += len(rest) - len(bytes.TrimPrefix(rest, byteOrderMark))
		c.mode = betweenValues
	}
	c.skipSpace(b)
	if c.pos == len(b.buf) {
		return false
	}
	c.mode = inLines
	if b.buf[c.pos] == '[' {
		c.pos++
		c.mode, c.elementRequired = inArray, false
	}
	c.scanned = c.pos
	return true
}

// skipSpace skips white space.
func (c *Splitter) skipSpace(b *Batch) {
	to := c.pos
	for to < len(b.buf) && isSpace(b.buf[to]) {
		to++
	}
	c.advance(b, to)
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

func trim(text []byte) []byte {
	for len(text) > 0 && isSpace(text[0]) {
		text = text[1:]
	}
	for len(text) > 0 && isSpace(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	return text
}

// advance moves to the offset to, counting lines.
func (c *Splitter) advance(b *Batch, to int) {
	c.line += bytes.Count(b.buf[c.pos:to], []byte{'\n'})
	c.pos, c.scanned = to, to
}

// splitLine splits off the next line. It returns false when there is no complete one.
func (c *Splitter) splitLine(b *Batch) (more bool) {
	end := bytes.IndexByte(b.buf[c.scanned:], '\n') + c.scanned
	if end < c.scanned {
		c.scanned = len(b.buf)
		if c.pos < len(b.buf) && c.atEOF(b) {
			c.emit(b, len(b.buf))
			c.pos = len(b.buf)
		}
		return false
	}
	c.emit(b, end)
	c.pos, c.scanned = end+1, end+1
	c.line++
	return true
}

// emit adds a record for the text from pos to end.
func (c *Splitter) emit(b *Batch, end int) {
	text := b.buf[c.pos:end]
	switch trimmed := trim(text); {
	case c.discarding:
		c.discarding = false
	case len(text) > c.maxText:
		c.reject(b, ErrTooLong)
	case len(trimmed) > 0:
		b.Records = append(b.Records, Record{Text: trimmed, Line: c.line})
	}
}

// reject adds a record with an error.
func (c *Splitter) reject(b *Batch, err error) {
	b.Records = append(b.Records, Record{Line: c.line, Err: err})
}

// rejectTooLong adds an ErrTooLong when the unfinished text is too long, and drops its beginning.
func (c *Splitter) rejectTooLong(b *Batch) {
	if !c.discarding && len(b.buf)-c.pos <= c.maxText {
		return
	}
	if !c.discarding {
		c.reject(b, ErrTooLong)
		c.discarding = true
	}
	c.advance(b, len(b.buf))
}
